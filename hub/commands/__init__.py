"""The commands of `hub`, a file each: what they ask of the house and how they say what was done."""
