"""The vocabulary every room shares. Imports nothing of ours, reads no file, knows no clock."""
