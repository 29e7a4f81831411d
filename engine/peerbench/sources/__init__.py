"""The outside world as facts with receipts: dataset folders first."""
