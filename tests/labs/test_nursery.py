"""Where lives come from: a process of its own, which hears what is asked once, and ends when nobody wants it."""

import os
import signal

import pytest

from scalemodel.labs.playing.nursery import Nursery, lent_to


@pytest.fixture
def files():
    """What a life is given; it waits for a line until the last of these is closed."""
    come, told = os.pipe()
    nothing, folder = os.open(os.devnull, os.O_RDWR), os.open("/", os.O_RDONLY)
    yield [come, nothing, nothing, folder], told
    for number in (come, nothing, folder):
        os.close(number)


def test_how_a_life_ended_is_asked_once_and_awaited_as_long_as_is_said(files):
    nursery, (given, told) = Nursery(""), files
    nursery.born(given)
    assert nursery.ended(within_s=0.05) is None
    assert nursery.ended(within_s=0.05) is None
    os.close(told)
    assert nursery.ended() == 0
    nursery.born(given)  # it lives on, for nothing more was asked than was answered
    assert nursery.ended(within_s=10.0) == 0


def test_who_interrupts_a_class_does_not_interrupt_it_first():
    nursery = Nursery("")
    assert os.getsid(nursery._process.pid) == nursery._process.pid


def test_it_ends_also_if_it_does_not_listen():
    nursery = Nursery("")
    process = nursery._process
    os.kill(process.pid, signal.SIGSTOP)
    del nursery
    assert process.returncode == -signal.SIGKILL


def test_a_source_is_text():
    with pytest.raises(ValueError, match="source=7 must be"):
        lent_to(7)
