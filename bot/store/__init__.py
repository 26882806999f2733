"""What Rasid remembers: the database (`Store`), its tables, and the statements on them, one module a subject.

Every function in the subject modules is a unit of work, or part of one: it takes the connection first, never
commits, and is told what time it is.
"""

from bot.store.database import Store

__all__ = ["Store"]
