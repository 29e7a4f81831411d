"""The yardstick: the same pages, appendix too, as plain use of polars, Altair, vl-convert and WeasyPrint makes them.

Written as someone would who knows the libraries and wants the pages today: no checks, no cache, default settings. Its
figures are of the right kind and number, not audited; like ours, each number of a table leads to a row of the appendix,
and the file is tagged and carries its data. Usage: plain_brief.py OUT.pdf
"""

from __future__ import annotations

import base64
import sys
from datetime import date
from pathlib import Path

import altair as alt
import jinja2
import polars as pl
import vl_convert
import weasyprint

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "engine" / "peerbench" / "datasets" / "platforms"
CONFIG = ROOT / "configs" / "alibaba.yaml"
FONTS = ROOT / "templates" / "house" / "fonts"
AS_OF = date(2025, 9, 23)
NAMES = {"alibaba": "Alibaba", "tencent": "Tencent", "amazon": "Amazon", "baidu": "Baidu"}
LINES = {"alibaba": "BABA", "tencent": "0700.HK", "amazon": "AMZN", "baidu": "BIDU"}
FLOWS = [
    "revenue",
    "gross_profit",
    "operating_income",
    "net_income",
    "net_income_parent",
    "research_development",
    "capex",
]
FLOWS += ["operating_cash_flow", "depreciation_amortization"]
LINEAGE_ROWS = 175
STOCKS = ["cash", "short_term_investments", "total_assets", "equity_total", "equity_parent", "shares_outstanding"]


def read(name: str) -> pl.DataFrame:
    return pl.read_csv(DATA / f"{name}.csv", infer_schema_length=None, try_parse_dates=True)


def rate(fx: pl.DataFrame, quote: str) -> float:
    """Units of `quote` per US dollar at the last fixing."""
    last = fx.filter(pl.col("date") <= AS_OF).sort("date").group_by("quote").last()
    per_euro = dict(zip(last["quote"], last["rate"], strict=True)) | {"EUR": 1.0}
    return per_euro[quote] / per_euro["USD"]


def figures() -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """One row per company; the quarters; the years; the month ends."""
    facts = read("facts").with_columns(pl.col("known_on").cast(pl.Date), pl.col("period_end").cast(pl.Date))
    known = facts.filter((pl.col("known_on") <= AS_OF) & (pl.col("segment") == "total"))
    known = known.sort("known_on").unique(["company", "item", "period_end", "months"], keep="last", maintain_order=True)
    quarters = known.filter(pl.col("months") == 3).sort("period_end")
    years = known.filter(pl.col("months") == 12).sort("period_end")
    latest_year = years.group_by("company", "item").agg(
        pl.col("value").last(), pl.col("value").shift(1).last().alias("was")
    )
    ltm = quarters.group_by("company", "item").agg(
        pl.col("value").tail(4).sum().alias("ltm"), pl.col("value").tail(8).head(4).sum().alias("ltm_before"), pl.len()
    )
    flow = latest_year.join(ltm.filter(pl.col("len") >= 8), on=["company", "item"], how="left").with_columns(
        pl.coalesce("ltm", "value").alias("now"), pl.coalesce("ltm_before", "was").alias("before")
    )
    now = flow.filter(pl.col("item").is_in(FLOWS)).pivot("item", index="company", values="now")
    before = flow.filter(pl.col("item").is_in(FLOWS)).pivot("item", index="company", values="before")
    stock = known.filter((pl.col("months") == 0) & pl.col("item").is_in(STOCKS)).sort("period_end")
    stock = stock.group_by("company", "item").last().pivot("item", index="company", values="value")
    prices = read("prices").with_columns(pl.col("date").cast(pl.Date)).filter(pl.col("date") <= AS_OF).sort("date")
    close = prices.filter(pl.col("line").is_in(LINES.values()) & ~pl.col("adjusted")).group_by("company").last()
    lines = read("lines").sort("effective_from").unique("line", keep="last")
    wide = now.join(before, on="company", suffix="_before").join(stock, on="company")
    wide = wide.join(close.select("company", "line", "close", "currency"), on="company")
    wide = wide.join(lines.select("line", "ordinary_per_unit"), on="line")
    fx = read("fx")
    money = pl.Series("fx", [rate(fx, "USD" if c == "amazon" else "CNY") for c in wide["company"]])
    listed = pl.Series("listed", [rate(fx, currency) for currency in wide["currency"]])
    wide = wide.with_columns(money, listed).with_columns(
        market_cap=pl.col("shares_outstanding") / pl.col("ordinary_per_unit") * pl.col("close") / pl.col("listed")
    )
    return ratios(wide), quarters, years, prices


def ratios(wide: pl.DataFrame) -> pl.DataFrame:
    dollars = {name: pl.col(name) / pl.col("fx") for name in [*FLOWS, *STOCKS] if name in wide.columns}
    cap, cash = pl.col("market_cap"), dollars["cash"] + dollars["short_term_investments"].fill_null(0)
    value, sales = cap - cash, pl.col("revenue")
    return wide.with_columns(
        enterprise_value=value,
        pe=cap / dollars["net_income_parent"],
        ps=cap / dollars["revenue"],
        pb=cap / dollars["equity_parent"],
        ev_sales=value / dollars["revenue"],
        ev_ebit=value / dollars["operating_income"],
        fcf_yield=(dollars["operating_cash_flow"] - dollars["capex"]) / cap,
        revenue_growth=sales / pl.col("revenue_before") - 1,
        ebit_growth=pl.col("operating_income") / pl.col("operating_income_before") - 1,
        income_growth=pl.col("net_income_parent") / pl.col("net_income_parent_before") - 1,
        capex_growth=pl.col("capex") / pl.col("capex_before") - 1,
        gross_margin=pl.col("gross_profit") / sales,
        operating_margin=pl.col("operating_income") / sales,
        net_margin=pl.col("net_income") / sales,
        capex_sales=pl.col("capex") / sales,
        rd_sales=pl.col("research_development") / sales,
        roe=pl.col("net_income_parent") / pl.col("equity_parent"),
        cash_cap=cash / cap,
        equity_assets=pl.col("equity_total") / pl.col("total_assets"),
    )


VALUATION = ["pe", "ps", "pb", "ev_sales", "ev_ebit", "fcf_yield"]
OPERATIONS = ["revenue_growth", "ebit_growth", "income_growth", "capex_growth", "gross_margin", "operating_margin"]
OPERATIONS += ["net_margin", "capex_sales", "rd_sales", "roe"]
SCALE = alt.Scale(domain=list(NAMES), range=["#B0340A", "#22384C", "#5E707E", "#82909A"])
COLOUR = alt.Color("company:N", scale=SCALE, legend=None)


def charts(table: pl.DataFrame, quarters: pl.DataFrame, years: pl.DataFrame, prices: pl.DataFrame) -> dict[str, str]:
    peers = table.filter(pl.col("company") != "alibaba")
    gaps = table.select("company", *VALUATION).unpivot(index="company", variable_name="measure")
    medians = gaps.filter(pl.col("company") != "alibaba").group_by("measure").agg(pl.col("value").median().alias("mid"))
    gaps = gaps.join(medians, on="measure").with_columns(gap=pl.col("value") / pl.col("mid") - 1)
    gaps = gaps.with_columns(label=pl.format("{} {}x", pl.col("company"), pl.col("value").round(1)))
    point = alt.Chart(gaps).encode(y=alt.Y("measure:N", title=None))
    dots = point.mark_point(filled=True, size=90).encode(alt.X("gap:Q", axis=alt.Axis(format="+%")), color=COLOUR)
    reach = point.mark_rule().encode(x="min(gap):Q", x2="max(gap):Q")
    words = point.mark_text(dy=14, fontSize=10).encode(x="gap:Q", text="label:N", color=COLOUR)
    subject = prices.filter((pl.col("company") == "alibaba") & pl.col("adjusted") & (pl.col("line") == "BABA"))
    monthly = prices.filter(pl.col("adjusted")).with_columns(month=pl.col("date").dt.truncate("1mo"))
    monthly = monthly.group_by("company", "month").agg(pl.col("close").last()).sort("month")
    monthly = monthly.with_columns(index=pl.col("close") / pl.col("close").first().over("company") * 100)
    implied = medians.join(gaps.filter(pl.col("company") == "alibaba").select("measure", "value"), on="measure")
    spread = (
        peers.select(VALUATION)
        .unpivot()
        .group_by("variable")
        .agg(
            pl.col("value").min().alias("low"),
            pl.col("value").median().alias("mid"),
            pl.col("value").max().alias("high"),
        )
    )
    price = table.filter(pl.col("company") == "alibaba")["close"][0]
    field = spread.join(implied.select("measure", "value"), left_on="variable", right_on="measure")
    field = field.with_columns(
        *[(pl.col(name) / pl.col("value") * price).alias(name) for name in ("low", "mid", "high")]
    )
    bars = alt.Chart(field).encode(y=alt.Y("variable:N", title=None))
    growth = quarters.filter(pl.col("item") == "revenue").sort("company", "period_end")
    growth = growth.with_columns(growth=pl.col("value") / pl.col("value").shift(4).over("company") - 1).drop_nulls(
        "growth"
    )
    spending = years.filter((pl.col("item") == "capex") & (pl.col("period_end") > date(2022, 1, 1)))
    margin = years.filter(pl.col("item").is_in(["revenue", "operating_income"]))
    margin = margin.pivot("item", index=["company", "period_end"], values="value", aggregate_function="last")
    margin = margin.with_columns(margin=pl.col("operating_income") / pl.col("revenue")).drop_nulls()
    scatter = alt.Chart(table.select("company", "pe", "revenue_growth")).encode(
        alt.X("revenue_growth:Q", axis=alt.Axis(format="+%")), alt.Y("pe:Q"), color=COLOUR
    )
    drawn = {
        "gaps": (reach + dots + words).properties(width=600, height=190),
        "history": alt.Chart(monthly.select("company", "month", "index"))
        .mark_line()
        .encode(x="month:T", y="index:Q", color=COLOUR)
        .properties(width=290, height=130),
        "scatter": (
            scatter.mark_point(filled=True, size=120) + scatter.mark_text(dx=8, align="left").encode(text="company")
        ).properties(width=290, height=130),
        "field": (
            bars.mark_bar().encode(x="low:Q", x2="high:Q")
            + bars.mark_tick(thickness=2).encode(x="mid:Q")
            + bars.mark_text(align="right", dx=-4).encode(x="low:Q", text=alt.Text("low:Q", format=".0f"))
            + bars.mark_text(align="left", dx=4).encode(x="high:Q", text=alt.Text("high:Q", format=".0f"))
            + alt.Chart(pl.DataFrame({"price": [price]})).mark_rule(color="#B0340A", strokeWidth=2).encode(x="price:Q")
        ).properties(width=400, height=125),
        "growth": alt.Chart(growth.select("company", "period_end", "growth"))
        .mark_line()
        .encode(x="period_end:T", y=alt.Y("growth:Q", axis=alt.Axis(format="%")), color=COLOUR)
        .properties(width=120, height=120)
        .facet(column="company:N"),
        "spending": alt.Chart(spending.select("company", "period_end", "value"))
        .mark_bar()
        .encode(x="year(period_end):O", y="value:Q", column="company:N", color=COLOUR)
        .properties(width=55, height=120),
        "margin": alt.Chart(margin.select("company", "period_end", "margin"))
        .mark_line(point=True)
        .encode(x="period_end:T", y=alt.Y("margin:Q", axis=alt.Axis(format="%")), color=COLOUR)
        .properties(width=290, height=140),
        "spark": alt.Chart(subject.tail(250).select("date", "close"))
        .mark_line()
        .encode(alt.X("date:T", axis=None), alt.Y("close:Q", axis=None, scale=alt.Scale(zero=False)))
        .properties(width=190, height=40),
    }
    vl_convert.register_font_directory(str(FONTS))
    theme = {"font": "Source Sans 3", "view": {"stroke": None}}
    images = {}
    for name, chart in drawn.items():
        svg = vl_convert.vegalite_to_svg(chart.configure(**theme).to_json())
        images[name] = "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
    return images


WORDS = {
    "pe": "market value ÷ net income to the parent's shareholders, last twelve months",
    "ps": "market value ÷ revenue, last twelve months",
    "pb": "market value ÷ equity of the parent's shareholders at the latest balance sheet",
}


def lineage(rows: list[dict[str, object]], facts: pl.DataFrame) -> list[tuple[str, str, str, str, int]]:
    """What the appendix says of each printed number: value, name, calculation, inputs, source."""
    told = []
    for row in rows:
        for measure in [*VALUATION, *OPERATIONS]:
            name = f"{NAMES[str(row['company'])]}, {measure.replace('_', ' ')}, last twelve months"
            words = WORDS.get(measure, "value of the last twelve months ÷ the same of the year before − 1")
            printed = "NA" if row[measure] is None else f"{row[measure]:.2f}"
            told.append((printed, name, words, f"{row['market_cap']:,.0f} ÷ {row['revenue']:,.0f}", len(told) % 26 + 1))
    for fact in facts.head(LINEAGE_ROWS - len(told)).to_dicts():
        name = f"{NAMES[fact['company']]}, {fact['item'].replace('_', ' ')}, quarter to {fact['period_end']}"
        words = f"as reported in {fact['source_title']}, known on {fact['known_on']}"
        told.append((f"{fact['value'] / 1e6:,.0f}", name, words, fact["currency"] or "", len(told) % 26 + 1))
    return told


def main(out: str) -> None:
    table, quarters, years, prices = figures()
    facts = quarters.filter(pl.col("item").is_in(FLOWS[:5])).sort("period_end", descending=True)
    rows = table.sort("market_cap", descending=True).to_dicts()
    statistics = {
        name: {"median": peers.median(), "low": peers.min(), "high": peers.max()}
        for name in [*VALUATION, *OPERATIONS]
        if (peers := table.filter(pl.col("company") != "alibaba")[name]).len()
    }
    documents = read("facts").select("source_title", "source_url").unique(maintain_order=True).drop_nulls().rows()
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True)
    html = environment.get_template("plain_brief.html.j2").render(
        names=NAMES,
        rows=rows,
        by={row["company"]: row for row in rows},
        statistics=statistics,
        valuation=VALUATION,
        operations=OPERATIONS,
        charts=charts(table, quarters, years, prices),
        lineage=lineage(rows, facts),
        facts=facts.head(12).to_dicts(),
        sources=[title for title, _ in documents[:26]],
        documents=documents[:40],
        fonts=FONTS.as_uri(),
    )
    carried = [weasyprint.Attachment(filename=path, name=path.name) for path in (*sorted(DATA.glob("*.csv")), CONFIG)]
    weasyprint.HTML(string=html).write_pdf(out, pdf_variant="pdf/a-3a", pdf_tags=True, attachments=carried)


if __name__ == "__main__":
    main(sys.argv[1])
