"""The endpoints of imports: upload, mapping, check, run, and the lists of lines."""
