"""One folder per broker, each with the same six names, any of which may be a folder.

`client` does transport, authentication and retries of reads; `wire` holds payload types; `parse` is pure;
`symbols` maps names both ways; `broker` fulfils the engine's ports; `config` says where and as whom.

Invariants: brokers are independent of one another; only `app` imports them; every error of a vendor maps
onto one class of the tree in `model.errors`; what is not known to have failed is in doubt.
"""
