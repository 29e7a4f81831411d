"""Sentences about the embedded companies with the verdict a person gives them, and the arithmetic behind it.

Figures in millions are those of engine/peerbench/datasets/platforms/facts.csv; prices and rates are named where used.
"""

from __future__ import annotations

from typing import Final

V, C, N = "verified", "contradicted", "not_checkable"

# (sentence, verdicts in reading order, slip of the first contradicted one)
SENTENCES: Final = (
    # ---- plainly true: revenue 996,347 and 941,168; 638,0 and 575 bn; 660,257 and 609,015; 133,125 and 134,598
    ("Alibaba's revenue in fiscal 2025 was RMB 996.3 billion.", (V,), ""),
    ("Alibaba's revenue for the fiscal year ended March 31, 2025 was RMB996,347 million.", (V,), ""),
    ("In fiscal 2025, Alibaba's revenue grew 6% to RMB 996 billion.", (V, V), ""),
    ("In the quarter ended June 30, 2025, Alibaba's revenue grew 2% to RMB 247.7 billion.", (V, V), ""),
    ("Amazon's net sales rose 11% to $638 billion in 2024.", (V, V), ""),
    ("Tencent's revenue grew 8% in 2024.", (V,), ""),
    ("Baidu's revenue fell 1% in 2024.", (V,), ""),
    ("AWS revenue rose 19% to $108 billion in 2024.", (V, V), ""),  # 107,556 ÷ 90,757 − 1 = 18.5 %
    ("Amazon's operating margin was 10.8% in 2024.", (V,), ""),  # 68,593 ÷ 637,959
    (
        "Alibaba's net income was RMB 126 billion in fiscal 2025, compared with RMB 71.3 billion a year earlier.",
        (V, V),
        "",
    ),
    ("Alibaba's total assets stood at RMB 1.85 trillion on 30 June 2025.", (V,), ""),  # 1,847,085
    ("Alibaba has net cash of RMB 142.8 billion.", (V,), ""),  # 183,120 + 191,737 − 24,584 − 207,514 = 142,759
    ("Alibaba trades at a forward P/E of 20.2x.", (V,), ""),  # 163.08 ÷ 8.09
    ("Amazon trades at 33.3 times trailing earnings.", (V,), ""),
    ("Alibaba's shares closed at $163.08 on 23 September 2025.", (V,), ""),
    ("Alibaba's revenue rose by RMB 55 billion in fiscal 2025.", (V,), ""),  # 996,347 − 941,168 = 55,179
    ("Alibaba's capex was 8.6% of revenue in fiscal 2025.", (V,), ""),  # 85,972 ÷ 996,347
    ("Alibaba's net income attributable to ordinary shareholders was RMB 129.47 billion in fiscal 2025.", (V,), ""),
    ("Tencent's profit is not in question, but its revenue in 2024 was RMB 660 billion.", (V,), ""),
    ("Tencent reported 2024 revenue of RMB 660.3 billion.", (V,), ""),
    ("Net income at Alibaba rose 77% in fiscal 2025.", (V,), ""),  # 125,976 ÷ 71,332 − 1 = 76.6 %
    ("Alibaba's net income jumped 333% in Q4 2024.", (V,), ""),  # 46,434 ÷ 10,717 − 1, October to December
    # ---- loose and one-sided words
    ("Alibaba's revenue was about RMB 1 trillion in fiscal 2025.", (V,), ""),
    ("Alibaba's revenue exceeded RMB 900 billion in fiscal 2025.", (V,), ""),
    ("Alibaba's revenue exceeded RMB 1 trillion in fiscal 2025.", (C,), ""),
    ("Amazon's revenue was nearly $640 billion in 2024.", (V,), ""),
    ("Amazon's revenue grew between 10% and 12% in 2024.", (V,), ""),
    ("Amazon's revenue grew 8-9% in 2024.", (C,), ""),
    ("Alibaba's net income nearly doubled in fiscal 2025.", (C,), ""),  # +77 % is not nearly +100 %
    # ---- false, and why
    ("Alibaba's revenue in fiscal 2025 was RMB 998.3 billion.", (C,), ""),
    ("Amazon's net sales rose 11% to $638 million in 2024.", (V, C), "scale"),
    ("Baidu's revenue grew 1% in 2024.", (C,), "direction"),
    ("Alibaba had net debt of RMB 142.8 billion at the end of June 2025.", (C,), "sign"),
    ("Alibaba's net debt was RMB 232.1 billion at 30 June 2025.", (C,), "gross for net"),  # 24,584 + 207,514
    ("Alibaba's net debt-to-equity ratio is 0.23x.", (C,), "gross for net"),  # 232,098 ÷ 1,013,672
    ("Alibaba's net income was RMB 130.11 billion in fiscal 2025.", (C,), "basis"),  # 130,109 is the parent's
    ("Alibaba's net income rose 62.62% in FY2025.", (C,), "basis"),  # 130,109 ÷ 80,009 − 1
    ("Alibaba's revenue was $996.3 billion in fiscal 2025.", (C,), "currency"),
    ("Alibaba's revenue was RMB 996.3 billion in 2024.", (C,), "fiscal for calendar"),
    ("Tencent's revenue was RMB 609.0 billion in 2024.", (C,), "period"),  # that of 2023
    ("Amazon trades at a forward P/E of 35.0x.", (C,), "stale price"),  # 235.84 ÷ 6.73 on 8 September
    ("Baidu's revenue was RMB 660.26 billion in 2024.", (C,), "company"),
    ("Alibaba Cloud revenue was RMB 996.3 billion in fiscal 2025.", (C,), ""),
    ("Alibaba's cloud revenue grew for six consecutive quarters in 2024.", (C,), "impossible"),
    # ---- not checkable, and the reason is given
    ("Alibaba's revenue is RMB 996.3 billion.", (N,), ""),  # no period: the fiscal year, not the last twelve months
    ("Alibaba's revenue will reach RMB 1.2 trillion in 2027.", (N,), ""),
    ("Analysts project Alibaba's revenue to grow 6.83%.", (N,), ""),
    ("Microsoft's revenue rose 15% to $245 billion.", (N, N), ""),
    ("Advertising revenue at Amazon grew 20% in 2024.", (N,), ""),
    ("Alibaba has a 36% market share in China's cloud sector.", (N,), ""),
    ("Alibaba open-sourced over 200 models.", (N,), ""),
    ("Alibaba's AI-related product revenue grew 120% in fiscal 2025.", (N,), ""),
    ("Alibaba's revenue excluding Sun Art grew 10% in fiscal 2025.", (N,), ""),
    ("Amazon's free cash flow was $38.2 billion in 2024.", (N,), ""),  # the issuer's; less capital spending it is 32.9
    ("Did Alibaba's revenue grow 6% in fiscal 2025?", (N,), ""),
    ("Alibaba's revenue did not grow 20% in fiscal 2025.", (N,), ""),
    ("Revenue grew 6% to RMB 996 billion.", (N, N), ""),  # whose?
    ("Alibaba's operating margin fell 2% in fiscal 2025.", (N,), ""),  # points or percent?
    ("Alibaba's revenue was RMB 1,000 billion in fiscal 2025.", (N,), ""),  # only if its zeros are rounding
)
