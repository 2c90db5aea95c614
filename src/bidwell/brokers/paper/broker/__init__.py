"""What the paper venue is to the engine: one account each (`account`), a `feed`, a source of facts (`venue`), an `admin`."""
