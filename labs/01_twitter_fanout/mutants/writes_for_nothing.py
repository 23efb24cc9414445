"""Writes forty records that nobody reads, at each tweet and at each piece of work.

Caught by: b, not_dear
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def post(self, author, tweet):
        for number in range(40):
            self.store.put(f"burn:{number}", tweet)
        super().post(author, tweet)

    def work(self):
        for number in range(40):
            self.store.put(f"burn:{number}", self.reached)
        return super().work()
