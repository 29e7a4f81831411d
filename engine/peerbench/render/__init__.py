"""From the document to its editions: text of numbers, web page, PDF."""
