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

# Numbers that are right of the company, said of somebody or something else.
OF_OTHERS: Final = (
    "Alibaba's competitors grew revenue 6% in fiscal 2025.",
    "Sun Art, part of Alibaba, had revenue growth of 6% in fiscal 2025.",
    "Ant Group, Alibaba's affiliate, made net income of RMB 126 billion in fiscal 2025.",
    "Alibaba's revenue grew 6% in fiscal 2025 in China.",
    "Alibaba's average revenue growth was 6% in fiscal 2025.",
    "Analysts' consensus for Alibaba's fiscal 2025 revenue was RMB 996.3 billion.",
    "Tencent Music revenue rose 8% in 2024.",
    "Amazon Prime revenue rose 11% in 2024.",
    "Alibaba's U.S. revenue was RMB 996.3 billion in fiscal 2025.",
    "The median revenue growth of Alibaba's peers was 6% in fiscal 2025.",
    "If Alibaba's revenue were RMB 996.3 billion in fiscal 2025, it would matter.",
    "Alibaba's revenue per share grew 6% in fiscal 2025.",
)

# The right number of the right company and year, undone by a word: the first run called all but five "verified".
UNDONE: Final = (
    "Amazon's revenue was nowhere near $638.0 billion in 2024.",
    "Amazon denied that revenue was $638.0 billion in 2024.",
    "It is not true that Amazon's revenue was $638.0 billion in 2024.",
    "Amazon would have had revenue of $638.0 billion in 2024.",
    "Amazon's revenue was $638.0 billion less than expected in 2024.",
    "Amazon's revenue missed $638.0 billion in 2024.",
    "Amazon's revenue fell short of $638.0 billion in 2024.",
    "Amazon's revenue per day was $638.0 billion in 2024.",
    "Amazon's monthly revenue was $638.0 billion in 2024.",
    "Amazon's revenue was twice $638.0 billion in 2024.",
    "Amazon's revenue was some way off $638.0 billion in 2024.",
    "Amazon's revenue was $638.0 billion short in 2024.",
    "Amazon's revenue was almost never $638.0 billion in 2024.",
    "Amazon hardly earned $59.2 billion of net income in 2024.",
    "Amazon's net income was $59.2 billion in 2024 before tax.",
    "Amazon's pre-tax net income was $59.2 billion in 2024.",
    "Amazon's target for 2024 net income was $59.2 billion.",
    "Amazon overstated net income as $59.2 billion in 2024.",
    "Analysts expected Amazon's net sales to be $638.0 billion in 2024.",
)

# Levels said to have been reached by rising or falling, against the year before.
MOVED: Final = (
    ("Amazon's net income fell to $59.2 billion in 2024.", (C,)),
    ("Amazon's net income rose to $59.2 billion in 2024.", (V,)),
    ("Alibaba's revenue slipped to RMB 996.3 billion in fiscal 2025.", (C,)),
    ("Baidu's revenue rose to RMB 133.1 billion in 2024.", (C,)),
    ("Baidu's revenue fell to RMB 133.1 billion in 2024.", (V,)),
    ("Tencent's 2024 revenue was 6,602.6亿 yuan.", (V,)),
    ("Tencent's 2024 revenue was 7,602.6亿 yuan.", (C,)),
    ("Tencent trades at between 10 and 12 times trailing earnings.", (C,)),
    ("Alibaba trades at between 17 and 19 times trailing earnings.", (V,)),
)

# A second set in the manner of news agencies, written after the first was mended for; see decision 0016.
NEWS: Final = (
    ("Amazon.com Inc. posted $167.7 billion in second-quarter 2025 sales, a gain of 13% from a year ago.", (V, V)),
    ("Shares of Amazon, which closed at $220.71 on Tuesday, trade at about 33 times trailing earnings.", (V, V)),
    ("The e-commerce group Alibaba ended June with RMB 183.1 billion of cash and cash equivalents.", (V,)),
    ("Alibaba: FY25 revenue RMB996.3bn (+6% y/y), operating income RMB140.9bn (+24% y/y).", (V, V, V, V)),
    ("Tencent had RMB 393.8 billion in total debt on June 30, 2025, against cash of RMB 182.1 billion.", (V, N)),
    ("Net debt at Tencent was RMB 13.4 billion on 30 June 2025.", (V,)),
    ("Operating profit at Tencent climbed 30% to RMB 208 billion last year.", (V, V)),
    ("Last year Tencent's capital expenditure tripled to RMB 62.9 billion.", (V, N)),
    ("Baidu, by contrast, saw revenue slip 1.1% to RMB 133.1 billion in 2024.", (V, V)),
    ("Baidu's gross margin was 50.3% in 2024.", (V,)),
    ("Amazon's gross margin widened from 47.0% in 2023 to 48.9% in 2024.", (V, V)),
    ("AWS accounted for 17% of Amazon's revenue in 2024.", (V,)),
    ("Cloud accounted for 11.8% of Alibaba's revenue in fiscal 2025.", (V,)),
    ("Cloud is 20% of Alibaba's revenue in fiscal 2025.", (C,)),
    ("R&D spending at Alibaba reached RMB 57.2 billion in fiscal 2025, or 5.7% of revenue.", (V, V)),
    ("Amazon's long-term debt was $50.7 billion at the end of June 2025.", (N,)),
    ("Amazon's debt-to-equity ratio is 0.17.", (V,)),
    ("Tencent's debt/equity stands at 35%.", (V,)),
    ("Alibaba's net income more than doubled in the June quarter of 2025.", (C,)),
    ("Alibaba's quarterly net income rose 76% to RMB 42.4 billion in the June quarter of 2025.", (V, V)),
    ("Alibaba's diluted earnings per ADS were RMB 53.59 in fiscal 2025.", (V,)),
    ("Amazon's diluted EPS was $5.53 in 2024, up 91% from $2.90.", (V, V, V)),
    ("Alibaba's EPS grew 72% in fiscal 2025.", (V,)),
    ("Amazon had 1.556 million employees at the end of 2024.", (V,)),
    ("Alibaba's headcount fell 39% to 124,320 in fiscal 2025.", (V, V)),
    ("Amazon spent $88.5 billion on research and development in 2024.", (V,)),
    ("Tencent's free cash flow fell to RMB 43.0 billion in the second quarter of 2025.", (V,)),
    ("Amazon's market capitalisation is $2.35 trillion, six times Alibaba's.", (V, N)),
    ("Alibaba's enterprise value of US$368 billion equals 18.7x operating income of the last twelve months.", (V, N)),
    ("Tencent's revenue reached $91.8 billion in 2024.", (V,)),
    ("Tencent's revenue reached $91.8 billion in 2023.", (C,)),
    ("Alibaba Cloud's revenue was up 13% in the December 2024 quarter.", (V,)),
    ("Alibaba's revenue has grown at 5.3% a year over three years.", (N,)),
    ("Operating cash flow at Amazon was $115.9 billion in 2024, versus $84.9 billion in 2023.", (V, V)),
    ("Its sales grew 11% in 2024.", (N,)),
    ("Amazon beat expectations with EPS of $1.68 in Q2 2025.", (V,)),
    ("Amazon's revenue increased $63 billion in 2024.", (V,)),
    ("Alibaba's operating income dropped 3% in the quarter ended June 2025.", (V,)),
    ("Alibaba's operating income dropped 30% in the quarter ended June 2025.", (C,)),
    ("Tencent holds 9.2 billion shares outstanding.", (N,)),
    ("Baidu's cash pile is RMB 300 billion.", (N,)),
    ("In the 12 months to June 2025 Baidu's revenue fell 1.5%.", (V,)),
    ("Amazon’s total assets rose 20% over the year to $682.2 billion at 30 June 2025.", (N, V)),
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
