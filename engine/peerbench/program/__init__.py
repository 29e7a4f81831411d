"""What other programs call: typed functions, their options by keyword, mistakes as one exception with findings."""
