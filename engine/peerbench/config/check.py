"""What a config means, checked against what is known: companies, metrics, audiences, the day of the build."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from peerbench import schedule as schedules
from peerbench.config.values import SOURCE_KINDS, WAYS, Config, Target
from peerbench.core.addresses import mail_address
from peerbench.core.findings import Finding, did_you_mean

OUTPUTS: Final = ("pdf", "html", "xlsx", "md", "json")


@dataclass(frozen=True, slots=True)
class Known:
    """What a config may name. An empty collection is not checked: nothing is known of it."""

    companies: Collection[str] = ()
    metrics: Collection[str] = ()  # the catalogue, without the config's own
    audiences: Collection[str] = ()
    datasets: Collection[str] = ()
    checks: Collection[str] = ()
    languages: Collection[str] = ("en",)


def check(config: Config, *, known: Known, today: date) -> tuple[Finding, ...]:
    """Every mistake of meaning, in the order of the keys. `today` is the day of the build."""
    return (
        *_days(config, today),
        *_datasets(config, known.datasets),
        *_subject(config, known.companies),
        *_peers(config, known.companies),
        *_excluded(config),
        *_circulation(config, today),
        *_metrics(config, known.metrics),
        *_custom(config, known.metrics),
        *_audiences(config, known.audiences),
        *_editions(config),
        *_languages(config, known.languages),
        *_check_names(config, known.checks),
        *by_itself(config),
    )


def placed(config: Config, finding: Finding) -> Finding:
    """A mistake in a metric, which knows only its formula's column, moved to the metric's place in the config."""
    if finding.origin.line is not None or not finding.subject:
        return finding
    formula = next((metric.formula for metric in config.custom_metrics if metric.id == finding.subject), None)
    if formula is None:
        return _placed_in_groups(config, finding)
    value = config.place("custom_metrics", finding.subject, "formula")
    line = config.excerpt(value)
    start = line.find(formula, max((value.column or 1) - 1, 0))
    if start < 0:  # a formula over several lines, or with escapes
        return replace(finding, origin=value, excerpt=line)
    column = start + (finding.origin.column or 1)
    return replace(finding, origin=replace(value, column=column), excerpt=line)


def _placed_in_groups(config: Config, finding: Finding) -> Finding:
    for group in config.metrics:
        for index, metric in enumerate(group.metrics):
            if metric.partition("[")[0] == finding.subject.partition("[")[0]:
                origin = config.place("metrics", group.name, index)
                return replace(finding, origin=origin, excerpt=config.excerpt(origin))
    return finding


def _days(config: Config, today: date) -> Iterator[Finding]:
    if config.as_of is None:
        return
    if config.as_of > today:
        message = f"as_of {config.as_of} lies in the future: today is {today}"
        yield config.finding("config.as_of", message, "as_of", hint="Leave as_of out to build for today.")
    if config.published is not None and config.published.timetuple()[:3] < config.as_of.timetuple()[:3]:
        message = f"published {config.published:%Y-%m-%d} lies before as_of {config.as_of}"
        yield config.finding("config.published", message, "published")


def _datasets(config: Config, known: Collection[str]) -> Iterator[Finding]:
    if not config.sources and "sources" in config.places:
        message, hint = "no sources: a brief needs figures", "Add {dataset: platforms}."
        yield config.finding("config.source", message, "sources", hint=hint)
    for index, source in enumerate(config.sources):
        yield from _kinds(config, index)
        if source in config.sources[:index] and source.name:
            message, hint = f"source '{source.name}' stands twice", "Delete one of them."
            yield config.finding("config.source", message, "sources", index, source.kind, hint=hint)
        if source.kind == "sec":
            yield from _sec(config, index)
        is_shipped = source.kind == "dataset" and source.folder is None
        if known and is_shipped and source.name and source.name not in known:
            message = f"no dataset '{source.name}' is shipped"
            hint = _folder_hint(config, source.name) or did_you_mean(source.name, known)
            yield config.finding("config.source", message, "sources", index, "dataset", hint=hint)


def _kinds(config: Config, index: int) -> Iterator[Finding]:
    named = [kind for kind in SOURCE_KINDS if f"sources.{index}.{kind}" in config.places]
    if len(named) > 1:
        message = f"a source is one of {', '.join(named)}, not several"
        hint = "Write one list entry for each; an earlier one wins a conflict."
        yield config.finding("config.source", message, "sources", index, named[1], hint=hint)


def _sec(config: Config, index: int) -> Iterator[Finding]:
    settings = config.sources[index].settings
    if settings.get("folder"):
        return
    if "@" not in str(settings.get("contact")):
        message = "live company facts need a contact: the SEC asks for a name and a mail address"
        hint = "Write contact: Name name@example.org, or folder: with files that are here."
        yield config.finding("config.source", message, "sources", index, "sec", "contact", hint=hint)
    if not settings.get("companies") and not settings.get("ciks"):
        hint = "Write e.g. companies: {apple: 320193}."
        yield config.finding("config.source", "no company is named to fetch", "sources", index, "sec", hint=hint)


def _folder_hint(config: Config, name: str) -> str:
    return f"For the folder of that name write './{name}'." if (config.root / name).is_dir() else ""


def _subject(config: Config, known: Collection[str]) -> Iterator[Finding]:
    both = [config.places[key] for key in ("subject", "subjects") if key in config.places]
    if config.subject and len(both) == 2 and both[0].file == both[1].file:
        message, hint = "a config has one subject, or a test of many", "Delete subject, or subjects."
        yield config.finding("config.subjects", message, "subjects", hint=hint, at_key=True)
    if known and config.subject and config.subject not in known:
        yield _unknown_company(config, config.subject, known, "subject")


def _unknown_company(config: Config, company: str, known: Collection[str], *keys: str | int) -> Finding:
    message = f"unknown company '{company}'"
    return config.finding("config.company", message, *keys, hint=did_you_mean(company, known), subject=company)


def _peers(config: Config, known: Collection[str]) -> Iterator[Finding]:
    if config.peer_rule is not None:
        if not config.pattern:
            hint = f"List them, as `bench peers {config.subject}` proposes, or write subjects: for many briefs."
            yield config.finding("config.peers", "a rule chooses peers for subjects, not for one", "peers", hint=hint)
    elif not config.peers and "peers" in config.places:
        hint = "Name at least one company to compare with."
        yield config.finding("config.peers", "the peer set is empty", "peers", hint=hint)
    elif config.peers and not any(peer.role == "core" for peer in config.peers):
        message = "no peer has the role core, so there is nothing to take a median of"
        yield config.finding("config.peers", message, "peers", hint="Give at least one peer 'role: core'.")
    first: dict[str, int] = {}
    for index, peer in enumerate(config.peers):
        if peer.company:
            yield from _peer(config, index, peer.company, first.setdefault(peer.company, index), known)


def _peer(config: Config, index: int, company: str, first: int, known: Collection[str]) -> Iterator[Finding]:
    keys = ("peers", index, "company")
    if company == config.subject:
        message, hint = f"the subject '{company}' is among its own peers", "Delete it from peers."
        yield config.finding("config.peers", message, *keys, hint=hint, subject=company)
    elif first != index:
        line = config.place("peers", first, "company").line
        message = f"peer '{company}' stands twice: already on line {line}"
        yield config.finding("config.peers", message, *keys, hint="Delete one of them.", subject=company)
    elif known and company not in known:
        yield _unknown_company(config, company, known, *keys)


def _excluded(config: Config) -> Iterator[Finding]:
    taken = {peer.company: "a peer" for peer in config.peers} | {config.subject: "the subject"}
    for index, out in enumerate(config.excluded):
        if out.company and out.company in taken:
            message = f"'{out.company}' is excluded and is {taken[out.company]}"
            hint = "Delete it from one of the two."
            yield config.finding("config.excluded", message, "excluded", index, "company", hint=hint)


def _circulation(config: Config, today: date) -> Iterator[Finding]:
    """What others say must be said of a company of the brief, and before the brief was published."""
    check = "config.circulation"
    published = config.published or config.as_of or today
    last = date(published.year, published.month, published.day)
    for index, one in enumerate(config.circulation):
        keys = ("claims_in_circulation", index)
        if one.about and one.about not in config.companies and not config.pattern:
            hint = did_you_mean(one.about, config.companies)
            yield config.finding(check, f"'{one.about}' is not a company of this brief", *keys, "about", hint=hint)
        if one.day is not None and one.day > last:
            message = f"said on {one.day}, after this brief of {last}, and left out"
            hint = "Give the brief's day as `published`."
            yield config.finding(check, message, *keys, "date", severity="warning", hint=hint)
        if not one.texts and one.file is None:
            yield config.finding(check, "nothing is quoted", *keys, hint="Add statements: […], or file: a text.")


def _metrics(config: Config, catalogue: Collection[str]) -> Iterator[Finding]:
    if not config.metrics and "metrics" in config.places:
        hint = "List ids by group; `bench metrics` shows them all."
        yield config.finding("config.metric", "no metrics are asked for", "metrics", hint=hint)
    known = {*catalogue, *(definition.id for definition in config.custom_metrics)}
    seen: set[str] = set()
    for group in config.metrics:
        for index, metric in enumerate(group.metrics):
            if metric:
                yield from _metric(config, group.name, index, metric, seen, known if catalogue else ())
                seen.add(metric)


def _metric(
    config: Config, group: str, index: int, metric: str, seen: set[str], known: Collection[str]
) -> Iterator[Finding]:
    keys, base = ("metrics", group, index), metric.partition("[")[0]
    if known and base not in known:
        message, hint = f"unknown metric '{base}'", did_you_mean(base, known)
        yield config.finding("config.metric", message, *keys, hint=hint, subject=metric)
    elif metric in seen:
        message = f"metric '{metric}' is listed twice"
        yield config.finding("config.metric", message, *keys, hint="Delete one of them.", subject=metric)


def _custom(config: Config, catalogue: Collection[str]) -> Iterator[Finding]:
    for definition in config.custom_metrics:
        if definition.id in catalogue:
            message = f"'{definition.id}' is a metric of the catalogue and cannot mean something else here"
            hint = "Give yours another id."
            yield config.finding(
                "config.custom_metric", message, "custom_metrics", definition.id, hint=hint, at_key=True
            )


def _audiences(config: Config, known: Collection[str]) -> Iterator[Finding]:
    if not config.audiences:
        yield config.finding("config.audience", "no audience is named", "audiences", hint="Add e.g. institutional.")
    for index, audience in enumerate(config.audiences):
        if audience in config.audiences[:index] and audience:
            message = f"audience '{audience}' is listed twice"
            yield config.finding("config.audience", message, "audiences", index, hint="Delete one of them.")
        elif known and audience and audience not in known:
            message, hint = f"unknown audience '{audience}'", did_you_mean(audience, known)
            yield config.finding("config.audience", message, "audiences", index, hint=hint)


def _editions(config: Config) -> Iterator[Finding]:
    if not config.outputs:
        yield config.finding("config.output", "no output is asked for", "outputs", hint=f"Known: {', '.join(OUTPUTS)}.")
    for index, output in enumerate(config.outputs):
        if output and output not in OUTPUTS:
            message, hint = f"unknown output '{output}'", did_you_mean(output, OUTPUTS)
            yield config.finding("config.output", message, "outputs", index, hint=hint)
        elif output in config.outputs[:index]:
            message = f"output '{output}' is listed twice"
            yield config.finding("config.output", message, "outputs", index, hint="Delete one of them.")


def _languages(config: Config, known: Collection[str]) -> Iterator[Finding]:
    if not config.languages:
        yield config.finding("config.language", "no language is named", "languages", hint="Write [en].")
    for index, language in enumerate(config.languages):
        if language and language in config.languages[:index]:
            message = f"language '{language}' is listed twice"
            yield config.finding("config.language", message, "languages", index, hint="Delete one of them.")
        elif language and language not in known:
            near = did_you_mean(language, known)
            hint = f"{near} A language is a folder templates/house/languages/<tag>/ with a rules.yaml.".strip()
            yield config.finding("config.language", f"unknown language '{language}'", "languages", index, hint=hint)


def _check_names(config: Config, known: Collection[str]) -> Iterator[Finding]:
    for name in config.checks:
        if known and name not in known:
            message, hint = f"unknown check '{name}'", did_you_mean(name, known)
            yield config.finding("config.check", message, "checks", name, hint=hint, at_key=True)


# ---- by itself -------------------------------------------------------------------------------------------------------

SCHEDULE: Final = "config.schedule"


def by_itself(config: Config) -> tuple[Finding, ...]:
    """What is wrong with schedule, ledger and targets, which needs no data to be seen."""
    return (*_schedule(config), *_ledger(config), *_targets(config))


def _schedule(config: Config) -> Iterator[Finding]:
    asked = config.schedule
    if not asked:
        if "schedule" in config.places:
            message, hint = "the schedule says no time", "Write cron: '0 7 * * 1-5', or when: new filing."
            yield config.finding(SCHEDULE, message, "schedule", hint=hint)
        return
    if config.pattern and asked.when == schedules.FILING:
        message = "a pattern has no filing of its own to wait for"
        hint = "Write a cron: each member then has an issue at its times."
        yield config.finding(SCHEDULE, message, "schedule", "when", hint=hint)
    for wrong in schedules.mistakes(asked.cron) if asked.cron else ():
        yield _inside(config, wrong, asked.cron, "schedule", "cron")
    if wrong_zone := schedules.zone_mistake(asked.zone):
        yield config.finding(SCHEDULE, wrong_zone.message, "schedule", "zone", hint=wrong_zone.hint)
    if config.as_of is not None:
        message = f"as_of is {config.as_of}, so every scheduled issue is of that day"
        hint = "Leave as_of out: it is then the day of the schedule."
        yield config.finding(SCHEDULE, message, "as_of", severity="warning", hint=hint)


def _inside(config: Config, wrong: schedules.Mistake, text: str, *keys: str) -> Finding:
    """A mistake at a character of a value, which may stand in quotes."""
    found = config.finding(SCHEDULE, wrong.message, *keys, hint=wrong.hint)
    start = found.excerpt.find(text, max((found.origin.column or 1) - 1, 0))
    if start < 0:
        return found
    return replace(found, origin=replace(found.origin, column=start + wrong.column))


def _ledger(config: Config) -> Iterator[Finding]:
    if config.ledger_file and config.ledger_variable:
        hint = "Delete file, or url_env."
        yield config.finding("config.ledger", "a ledger is a file or a database, not both", "ledger", hint=hint)


def _targets(config: Config) -> Iterator[Finding]:
    """Targets that share a name, and editions that are not made."""
    names = [target.name for target in config.deliver]
    for index, target in enumerate(config.deliver):
        yield from _way(config, index)
        if target.name in names[:index]:
            message, hint = f"two targets are named '{target.name}'", "Give each a name: of its own."
            yield config.finding("config.deliver", message, "deliver", index, hint=hint)
        yield from _one_place(config, index)
        for key, asked, made in (
            ("audiences", target.audiences, config.audiences),
            ("formats", target.formats, config.outputs),
        ):
            for place, name in enumerate(asked):
                if name and name not in made:
                    message = f"'{name}' is not among the {'outputs' if key == 'formats' else key} of this brief"
                    hint = did_you_mean(name, made)
                    yield config.finding("config.deliver", message, "deliver", index, key, place, hint=hint)
        if target.language and target.language not in config.languages:
            message = f"'{target.language}' is not among the languages of this brief"
            hint = f"{did_you_mean(target.language, config.languages)} Or write it under languages: as well."
            yield config.finding("config.deliver", message, "deliver", index, "language", hint=hint)


def _way(config: Config, index: int) -> Iterator[Finding]:
    """What is wrong with how one target is reached."""
    target = config.deliver[index]
    named = [way for way in WAYS if f"deliver.{index}.{way}" in config.places]
    if len(named) > 1:
        message = f"a target is one of {', '.join(named)}, not several"
        hint = "Write one list entry for each."
        yield config.finding("config.deliver", message, "deliver", index, named[1], hint=hint)
    if target.kind == "mail":
        yield from _letters(config, index)
    for key in (("link",), ("s3", "endpoint")):
        address = str(target.settings.get(key[-1]) or "")
        if address and not _encrypted(address):
            message = f"'{address}' is no https:// address"
            yield config.finding("config.deliver", message, "deliver", index, *key, hint="Begin it with https://.")
    if target.kind == "s3":
        yield from _bucket(config, index)


def _one_place(config: Config, index: int) -> Iterator[Finding]:
    """A folder or bucket that an earlier target fills for the same readers: each would replace what the other left."""
    target = config.deliver[index]
    place = _place(config, target)
    if place is None:
        return
    readers = set(target.audiences or config.audiences)
    for other in config.deliver[:index]:
        if _place(config, other) == place and readers & set(other.audiences or config.audiences):
            message = f"'{target.name}' would replace what '{other.name}' delivers to the same place"
            hint = "Write one entry for both, or give one a folder or prefix of its own."
            yield config.finding("config.deliver", message, "deliver", index, hint=hint)
            return


def _place(config: Config, target: Target) -> tuple[str, ...] | None:
    """Where a target leaves files: a folder below the project's, or a bucket's prefix; None: it leaves none."""
    said = target.settings
    if target.kind == "folder" and said["folder"]:
        return (os.path.normpath(os.path.join(config.root, os.path.expanduser(str(said["folder"])))),)
    if target.kind == "s3":
        return (str(said["endpoint"]), str(said["bucket"]), str(said["prefix"]).strip("/"))
    return None


def _bucket(config: Config, index: int) -> Iterator[Finding]:
    """What no store takes as a bucket's name, or as the beginning of an object's."""
    bucket, prefix = (str(config.deliver[index].settings[name]) for name in ("bucket", "prefix"))
    if bucket and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}", bucket):
        message, hint = (
            f"'{bucket}' is no name of a bucket",
            "Letters, digits, '.', '-' and '_'; a prefix goes under prefix:.",
        )
        yield config.finding("config.deliver", message, "deliver", index, "s3", "bucket", hint=hint)
    parts = prefix.strip("/").split("/")
    if prefix.strip("/") and not (prefix.isprintable() and all(part.strip(".") for part in parts)):
        message, hint = f"'{prefix}' is no prefix of objects", "Write e.g. research/briefs."
        yield config.finding("config.deliver", message, "deliver", index, "s3", "prefix", hint=hint)


def _letters(config: Config, index: int) -> Iterator[Finding]:
    target = config.deliver[index]
    seen = [(mail_address(one) or ("", ""))[1] for one in target.recipients]
    for place, address in enumerate(target.recipients):
        if mail_address(address) is None:
            message = f"'{' '.join(address.split())}' is no mail address"
            hint = "Write e.g. reader@example.com, or Reader <reader@example.com>."
            yield config.finding("config.deliver", message, "deliver", index, "to", place, hint=hint)
        elif (mail_address(address) or ("", ""))[1] in seen[:place]:
            message = f"'{address}' stands twice, so two letters would go there"
            yield config.finding("config.deliver", message, "deliver", index, "to", place, hint="Delete one.")
    server = str(target.settings["host"])
    if "mail" not in config.places:
        hint = "Add mail: {host: smtp.example.com, sender: Desk <desk@example.com>}."
        yield config.finding("config.deliver", "letters need a mail server", "deliver", index, "to", hint=hint)
    elif index == next(place for place, one in enumerate(config.deliver) if one.kind == "mail"):
        for key in ("sender", "reply_to"):
            address = str(target.settings[key])
            if address and mail_address(address) is None:
                hint = "Write e.g. Benchmark Desk <desk@example.com>."
                yield config.finding("config.deliver", f"'{address}' is no mail address", "mail", key, hint=hint)
        if server and not _name_of_a_server(server):
            hint = "Write e.g. smtp.example.com; the port is a key of its own."
            yield config.finding("config.deliver", f"'{server}' is no name of a server", "mail", "host", hint=hint)
        if target.settings["security"] == "none" and server not in ("localhost", "127.0.0.1", "::1"):
            message = f"letters to {server} would travel in the clear"
            yield config.finding("config.deliver", message, "mail", "security", hint="Write starttls or tls.")


def _name_of_a_server(name: str) -> bool:
    """A name of letters, digits and '-' between dots, in any script, or an IP address."""
    try:
        plain = name.encode("idna").decode()
    except UnicodeError:
        return False
    return re.fullmatch(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*", plain) is not None


def _encrypted(address: str) -> bool:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in ("localhost", "127.0.0.1")))
