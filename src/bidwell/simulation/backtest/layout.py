"""The columns of the kernel's rows: an order and a fill are rows of floats, whether interpreted or compiled.

The same functions run on Python lists (interpreted) and on arrays (compiled), so there is one meaning of each rule.
A price that was not given is 0.0, one that was given but is no price is -1.0.
"""

from __future__ import annotations

# account: floats
CASH = 0
FEES = 1
BORROWED = 2
INTEREST = 3
EARNED = 4
ACCOUNT_SIZE = 5

# counts: integers
ORDERS = 0
FILLS = 1
WORKING = 2
BUSY = 3
GROUPS = 4
STOPPED = 5
COUNTS_SIZE = 6

# columns of an order
INSTRUMENT = 0
SIDE = 1
KIND = 2
QUANTITY = 3
LEFT = 4
LIMIT = 5
STOP = 6
TRAIL = 7
TRAIL_SHARE = 8
BEST = 9
GROUP = 10
CHILDREN = 11
STATUS = 12
PLACED = 13
CLOSED = 14
REASON = 15
EXIT = 16
TRIGGERED = 17
VALIDITY = 18
LAST_DAY = 19
COMMISSION = 20
TURNOVER = 21
WITHIN = 22
ORDER_SIZE = 23

# columns of a fill
FILL_ORDER = 0
FILL_BAR = 1
FILL_INSTRUMENT = 2
FILL_QUANTITY = 3
FILL_PRICE = 4
FILL_FEE = 5
FILL_CASH = 6
FILL_POSITION = 7
FILL_SIZE = 8

# kinds
MARKET = 0
LIMITED = 1
STOPPING = 2
STOP_LIMITED = 3
TRAILING = 4
EXERCISE = 5

# statuses
WAITING = 0
OPEN = 1
FILLED = 2
CANCELED = 3
REJECTED = 4
EXPIRED = 5

# reasons
NO_REASON = 0
NO_BUYING_POWER = 1
SIBLING_FILLED = 2
BY_STRATEGY = 3
END_OF_VALIDITY = 4
NOTHING_TO_CLOSE = 5
ENTRY_GONE = 6
BAD_PRICE = 7
BAD_QUANTITY = 8
MARGIN_CALL = 9
NO_SHORTING = 10
TOO_MANY = 11
UNTRADABLE = 12
CONTRACT_ENDED = 13
EXERCISED = 14
ASSIGNED = 15
WORTHLESS = 16
SETTLED = 17
NO_OPTION = 18
EUROPEAN = 19
NOT_LONG = 20
OUT_OF_THE_MONEY = 21

# validities
GTC = 0
DAY = 1
IOC = 2

# how an amount is meant
BY_QUANTITY = 0
BY_NOTIONAL = 1
BY_PERCENT = 2
BY_RISK = 3
TO_QUANTITY = 4
TO_PERCENT = 5
TO_NOTIONAL = 6
CLOSING = 7

# settings: floats
LEVERAGE = 0
MAINTENANCE = 1
SHORTING = 2
PARTICIPATION = 3
OPTIMISTIC = 4
BORROW_RATE = 5
FEE_MODEL = 6
FEE_PERCENT = 7
SLIP_MODEL = 8
SLIP_AMOUNT = 9
SLIP_CAP = 10
AT_CLOSE = 11
MOST_WORKING = 12
SESSION = 13
QUOTED = 14
SIMPLE = 15
INTEREST_RATE = 16
CASH_RATE = 17
SETTINGS_SIZE = 18

# margins of an instrument: what a unit needs, as a share of its worth and as an amount, long and short; the initial
# ones in exposure (money times leverage), the others in money. Then the yearly borrow of a short unit.
LONG_SHARE = 0
LONG_UNIT = 1
SHORT_SHARE = 2
SHORT_UNIT = 3
KEEP_LONG_SHARE = 4
KEEP_LONG_UNIT = 5
KEEP_SHORT_SHARE = 6
KEEP_SHORT_UNIT = 7
BORROW = 8
MARGIN_SIZE = 9

# a bar's quotes: bid and ask of each of its four prices, and what may still be bought and sold at them (-1: any)
QUOTE_OPEN = 0
QUOTE_HIGH = 2
QUOTE_LOW = 4
QUOTE_CLOSE = 6
TO_SELL = 8
TO_BUY = 9
QUOTE_SIZE = 10

# fee models
FEE_NONE = 0
FEE_PLAIN = 1
FEE_TABLE = 2

# columns of a fee table's row; percentages as fractions
FEE_FROM = 0
FEE_TAKER = 1
FEE_MAKER = 2
FEE_UNIT = 3
FEE_ORDER = 4
FEE_MINIMUM = 5
FEE_CAP_SHARE = 6
FEE_CAP = 7
FEE_BUY = 8
FEE_SELL = 9
FEE_SERVICE = 10
FEE_TAX = 11
FEE_UNIT_BOTH = 12
FEE_UNIT_SELL = 13
FEE_UNIT_SELL_CAP = 14
FEE_SIZE = 15

# slippage models
SLIP_NONE = 0
SLIP_FIXED = 1
SLIP_SHARE = 2
SLIP_VOLUME = 3
SLIP_ROOT = 4

DAY_NANOSECONDS = 86_400_000_000_000
YEAR_NANOSECONDS = 365 * DAY_NANOSECONDS
