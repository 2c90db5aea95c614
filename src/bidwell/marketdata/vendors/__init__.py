"""Live and historic data of other people's services, one file per vendor."""
