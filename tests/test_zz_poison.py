from tests.test_courier import *
from sqlalchemy import null
async def test_null(post):
    await post.queue(SALMA, evidence=None)
    await post.queue(KHALED)
    await post.until_arrived(KHALED)
