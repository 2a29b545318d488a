"""Tables that people upload: CSV files and workbooks, read row by row, with limits that no file can pass."""
