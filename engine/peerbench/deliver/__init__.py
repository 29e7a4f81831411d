"""Where finished issues go. A published issue is complete or absent."""
