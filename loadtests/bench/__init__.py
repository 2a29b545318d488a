"""One file per row of the speed table, each figure measured beside its limit in the same run."""
