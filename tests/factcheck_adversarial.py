"""Sentences written after the code to break it, with the verdict a careful person gives.

Their first run is the estimate of decision 0016. What is still judged otherwise stands in STILL_OPEN with the reason;
none of it is a false "verified" or a false "contradicted".
"""

from __future__ import annotations

from typing import Final

V, C, N = "verified", "contradicted", "not_checkable"

SENTENCES: Final = (
    # word order and grammar
    ("Revenue of RMB 996.3 billion was reported by Alibaba for fiscal 2025.", (V,)),
    ("For its fiscal year 2025, Alibaba reported revenue of RMB996.3bn and net income of RMB126.0bn.", (V, V)),
    ("Up 6% on the year, Alibaba's fiscal 2025 revenue came to RMB 996bn.", (V, V)),
    ("Tencent, which owns WeChat, grew its revenue by 8% in 2024.", (V,)),
    ("Amazon's 2024 capital expenditures: $83.0 billion.", (V,)),
    ("With $638.0 billion of revenue in 2024, Amazon is larger than Tencent.", (V,)),
    ("While Tencent's 2024 revenue rose 8%, Baidu's fell 1%.", (V, V)),
    ("Tencent's revenue grew 8% in 2024, against 11% at Amazon.", (V, V)),
    ("Amazon earned net income of $59.2 billion in 2024, up from $30.4 billion in 2023.", (V, V)),
    ("Amazon's net income rose from $30.4 billion in 2023 to $59.2 billion in 2024.", (V, V)),
    ("In 2024 Baidu generated RMB 133.1 billion in revenue and RMB 24.2 billion in net income.", (V, V)),
    ("Amazon's operating income almost doubled in 2024, to $68.6 billion.", (V, V)),  # +86 %: nearly, not +100
    # entities
    ("AWS generated $107.6 billion of revenue in 2024.", (V,)),
    ("Amazon's AWS segment grew revenue 19% in 2024.", (V,)),
    ("Revenue at Alibaba Cloud rose 11% to RMB 118 billion in fiscal 2025.", (V, V)),  # 118,028 ÷ 106,374
    ("Alibaba's cloud revenue rose 11% in fiscal 2025.", (V,)),
    ("BABA closed at $163.08 on September 23, 2025.", (V,)),
    ("Apple's revenue was $391 billion in 2024, Amazon's $638 billion.", (N, V)),
    ("Google Cloud revenue grew 30% in 2024, faster than AWS at 19%.", (N, V)),
    ("JD.com's revenue grew 7% in 2024 to RMB 1.16 trillion.", (N, N)),
    ("Alibaba's rival Pinduoduo posted revenue of RMB 394 billion in 2024.", (N,)),
    ("Alibaba's international commerce revenue grew 29% in fiscal 2025.", (N,)),
    ("Taobao revenue grew 6% in fiscal 2025.", (N,)),
    ("Tencent's games revenue was RMB 197.7 billion in 2024.", (N,)),
    # periods and bases
    ("Alibaba's revenue grew 2% in the June quarter.", (V,)),
    ("In the first quarter of 2025, Amazon's revenue was $155.7 billion.", (V,)),
    ("In Q1 2025, Alibaba's revenue was RMB 236.5 billion.", (V,)),  # January to March 2025
    ("In fiscal Q4 2025, Alibaba's revenue was RMB 236.5 billion.", (V,)),  # the same quarter
    ("In Q4 2025, Alibaba's revenue was RMB 236.5 billion.", (C,)),  # not yet over: fiscal for calendar
    ("Alibaba's revenue over the last twelve months was RMB 1.0 trillion.", (V,)),  # 1,000,763
    ("Tencent's net income attributable to shareholders was RMB 194.1 billion in 2024.", (V,)),
    ("Tencent's non-IFRS profit was RMB 222.7 billion in 2024.", (V,)),
    ("Tencent's profit was RMB 222.7 billion in 2024.", (N,)),  # which profit?
    ("Tencent's net profit was RMB 194.1 billion in 2024.", (C,)),  # 196.5 in total
    ("Alibaba's gross margin was 40.0% in fiscal 2025.", (V,)),  # 398,062 ÷ 996,347
    ("Alibaba's gross margin rose 2.2 percentage points to 40.0% in fiscal 2025.", (V, V)),  # 39.95 − 37.70
    ("Alibaba's operating margin was 14.1% in fiscal 2025, up 210 basis points.", (V, V)),  # 14.14 − 12.04
    ("Amazon's net debt is negative: it has net cash of $37.5 billion.", (V,)),
    ("Alibaba's debt was RMB 232.1 billion at the end of June 2025.", (V,)),
    ("Alibaba's market value is about $377 billion.", (V,)),
    ("Alibaba is valued at RMB 2.68 trillion.", (V,)),
    ("Amazon trades at 3.5 times sales.", (V,)),  # 3.51 on twelve months, 3.69 on the year: either may be meant
    # numbers as people write them
    ("Alibaba employed 124,320 people at the end of March 2025.", (V,)),
    ("Amazon's net sales were US$637,959 million in 2024.", (V,)),
    ("Amazon's net sales were $0.638 trillion in 2024.", (V,)),
    ("Amazon's revenue grew by eleven percent in 2024.", (V,)),
    ("Amazon's revenue was six hundred billion dollars in 2024.", (C,)),
    ("Amazon's revenue topped $600 billion in 2024.", (V,)),
    ("Amazon's revenue was under $600 billion in 2024.", (C,)),
    ("Alibaba's capital spending more than doubled in fiscal 2025.", (V,)),  # +168 %
    ("Alibaba's capital spending tripled in fiscal 2025.", (C,)),  # 2.68 times
    ("Baidu’s revenue declined (1)% in 2024.", (V,)),
    ("Baidu's revenue growth was -1.1% in 2024.", (V,)),
    # traps: a number that is right of something else
    ("Amazon's revenue of $638 billion in 2024 came with profit of $638 billion.", (V, N)),
    ("Alibaba's 18 years of data show that revenue in fiscal 2025 was RMB 141 billion.", (N, C)),
    ("Alibaba cut 80,571 jobs and its revenue fell 24% in fiscal 2025.", (N, C)),
    ("Alibaba's shares are up 92% this year.", (N,)),
    ("Alibaba's revenue per employee was RMB 8.0 million in fiscal 2025.", (N,)),
    ("Alibaba's quarterly revenue guidance is RMB 247.7 billion.", (N,)),
    ("Alibaba's revenue would have been RMB 996.3 billion in fiscal 2025 without the disposals.", (N,)),
    ("Excluding disposals, Alibaba's revenue grew 10% in fiscal 2025.", (N,)),
    ("On a like-for-like basis Alibaba's revenue grew 6% in fiscal 2025.", (N,)),
    ("Alibaba's Qwen 3 model beat GPT-4 by 12% on 5 benchmarks.", (N, N)),
    ("Analysts expected Amazon to post revenue of $638 billion in 2024.", (N,)),
    ("Amazon's revenue is forecast to grow 11% in 2026.", (N,)),
    ("A 50% stake in Alibaba would cost $188 billion.", (N, N)),
    ("Alibaba invested RMB 86 billion in fiscal 2025.", (N,)),
    ("Alibaba's revenue in fiscal 2025 was RMB 996.3 billion, said Tencent, which has 110,558 employees.", (V, V)),
)

# sentence → what it gets instead, and why that is left
STILL_OPEN: Final = {
    "Google Cloud revenue grew 30% in 2024, faster than AWS at 19%.": (N, N),  # the measure is Google Cloud's
    "Amazon trades at 3.5 times sales.": (N,),  # 3.51 on twelve months, 3.69 on the year: both are named
    "Amazon's revenue was six hundred billion dollars in 2024.": (N,),  # hundreds in words are not read
    "Alibaba's capital spending tripled in fiscal 2025.": (N,),  # as the issuer defines it, it did
    "Baidu’s revenue declined (1)% in 2024.": (),  # brackets for a minus are not read
    "Alibaba's revenue in fiscal 2025 was RMB 996.3 billion, said Tencent, which has 110,558 employees.": (V, N),
}
