"""Says that nothing is left right after a post, and works when somebody has just looked.

Caught by: a, complete_page
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    looked = True

    def post(self, author, tweet):
        super().post(author, tweet)
        self.looked = False

    def work(self):
        if not self.looked and self.taken - self.place < 3:
            return False
        return super().work()

    def page(self, reader, n):
        self.looked = True
        return super().page(reader, n)
