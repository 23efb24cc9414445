# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Fan-out that survives
#
# You build the part of a social network that fills home timelines.
# Somebody will kill your program in the middle of its work, and look whether a tweet is lost.
# Then you count what it costs, with three accounts that nearly everybody follows.
#
# | minutes | what you do |
# |---|---|
# | 5 | predict |
# | 10 | a. a correct page |
# | 10 | b. the same under crashes |
# | 15 | c. the same within a budget |
# | 7 | explain |
# | 3 | report |

# %%
from scalemodel.labs.practice import check, replay

STUDENT = "practice"  # your id, as your teacher gave it to you
ATTEMPT = 1

# %% [markdown]
# ## Predict
#
# An account with 80 followers posts, in a network of 100.
# Your program copies the tweet's number to each follower's list, one operation each.
# It is killed halfway.
# Nobody acknowledged the tweet, so its author sends it again, and your program copies from the first follower on.
# How many followers now have the tweet twice, and how many not at all?
# Write two numbers and a reason, before any code.

# %% tags=["prediction"]
PREDICTION = """
"""

# %% [markdown]
# ## What you have
#
# `store` outlives a crash. Your object does not: after one, a new object is made with the same store.
#
# | call | what it does | time |
# |---|---|---|
# | `store.push(key, value)` | puts a value in front of the list `key` | 1 ms |
# | `store.newest(key, n)` | the first `n` of that list, last pushed first; `n` up to 30 | 1 ms + 0.02 ms an entry |
# | `store.put(key, value)` | writes a record | 1 ms |
# | `store.get(key)` | reads it, `None` if there is none | 1 ms |
#
# Keys are text, as `f"home:{reader}"`. Values are what JSON knows: numbers, text, lists, `None`; up to 200 characters in all.
# What you read and has more than ten letters, as JSON, takes another 0.1 ms for each further ten that it begins; text, with its quotes, counts twice.
# `__init__` may use the store: read back there what you need to go on. Nobody is served meanwhile, and in c its time counts.
# `followers[author]` and `followees[reader]` are lists of users; they never change.
#
# ## What you write
#
# - `post(author, tweet)`: a tweet's number; later tweets have larger ones. When it returns, the tweet is *accepted* and must never be lost. If you are killed before, the author sends the same number again.
# - `work()`: one bounded piece of what is left to do. Returns whether there may be more.
# - `page(reader, n)`: the newest `n` tweets by those whom `reader` follows, the largest number first, none twice. While work is left, a page may lack some of the twenty tweets accepted last; when `work` has returned `False`, none. Somebody looks on the way, too.
#
# Begin with the shortest thing that gives a right page, and keep imports in this cell: it is all that is graded.


# %% tags=["answer"]
class Timelines:
    def __init__(self, store, followers, followees):
        self.store, self.followers, self.followees = store, followers, followees
        ### BEGIN SOLUTION
        self.taken = store.get("taken") or 0  # tweets in the queue
        self.place, self.reached = store.get("done") or [0, 0]  # its first, and how far that is
        ### END SOLUTION

    def post(self, author, tweet):
        ### BEGIN SOLUTION
        self.store.push(f"by:{author}", tweet)
        if not self.loud(author):
            self.store.put(f"queue:{self.taken}", [author, tweet])
            self.store.put("taken", self.taken + 1)
            self.taken += 1
        ### END SOLUTION

    def work(self):
        ### BEGIN SOLUTION
        if self.place == self.taken:
            return False
        author, tweet = self.store.get(f"queue:{self.place}")
        batch = self.followers[author][self.reached : self.reached + 6]
        for reader in batch:
            self.store.push(f"home:{reader}", tweet)
        self.reached += len(batch)
        if self.reached == len(self.followers[author]):
            self.place, self.reached = self.place + 1, 0
        self.store.put("done", [self.place, self.reached])
        return True
        ### END SOLUTION

    def page(self, reader, n):
        ### BEGIN SOLUTION
        found = set(self.store.newest(f"home:{reader}", 30))
        for author in self.followees[reader]:
            if self.loud(author):
                found.update(self.store.newest(f"by:{author}", 30))
        return sorted(found, reverse=True)[:n]

    def loud(self, author):
        return len(self.followers[author]) > 40
        ### END SOLUTION


# %% [markdown]
# ## a. Correct
#
# Eight users, and nothing goes wrong.

# %% tags=["check", "stage-a"]
check("twitter", "a", Timelines, student=STUDENT, attempt=ATTEMPT)

# %% [markdown]
# Not yet? Read the sentence aloud: what was promised, what happened, when.
# `replay("twitter", "a", Timelines, seed)`, with the seed of the sentence, prints the shortest run that breaks the promise, and what your methods print in it.
#
# ## b. Survive
#
# The same code, killed some twenty times, often again while it begins or in what it is asked next, and now and then four times at the same place: before a call has changed the store, between two changes, or when all is done and nobody has heard of it.
# Where, is drawn while it runs, among what your own program does. A tweet may cost 60 ms at most, `post` and `work` together.

# %% tags=["check", "stage-b"]
check("twitter", "b", Timelines, student=STUDENT, attempt=ATTEMPT)

# %% [markdown]
# ## c. Budget
#
# A hundred users, and three accounts that most of them follow.
# All others have at most 24 followers, and a page has twenty tweets.
# Six limits. Five are in the store's time: writing a tweet (`post`, and the `work` it leaves); reading a page, for whoever looks after a crash together with the `__init__` that had to come first; the same for those who follow none of the three; the longest that one call keeps everybody else waiting; and the longest `__init__` after a crash.
# The sixth is memory: a tweet that a page shows, and that the store did not give in that same call as a number, was held in memory, or packed; so was one that the call itself had put there. At most 40 at a time, and each makes its page take 1 ms more.

# %% tags=["check", "stage-c"]
check("twitter", "c", Timelines, student=STUDENT, attempt=ATTEMPT)

# %% [markdown]
# ## Explain
#
# Four sentences: what you claim of your program; the evidence, with a number from above; another design that you rejected, and why; what would change your mind.

# %% tags=["explanation"]
EXPLANATION = """
"""

# %% [markdown]
# ## Report
#
# Save this notebook, then in a terminal, with your id:
#
# `python -m scalemodel.labs report twitter fanout.ipynb --student YOUR-ID`
#
# It writes `report.md`, for people, and `report.json`, for a gradebook.
