"""
`leash.py <command …>`: becomes the command, at the head of a group of processes of its own, and ends the whole group
when whoever started it is gone, however that one died. A small second process waits for the end of its standard input,
which only the starter holds open.
"""
import os
import select
import signal
import sys

LOOK_EVERY_S = 0.5


def watch(command: int) -> None:
    silence = os.open(os.devnull, os.O_RDWR)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    while os.getppid() == command and not starter_is_gone():
        pass
    # This process is of the group, so the number cannot belong to another one yet.
    os.killpg(command, signal.SIGKILL)


def starter_is_gone() -> bool:
    readable, _, _ = select.select([0], [], [], LOOK_EVERY_S)
    return bool(readable) and os.read(0, 1024) == b""


if __name__ == "__main__":
    # A Ctrl-C at the terminal is for the starter alone, which ends everything in its order.
    os.setpgid(0, 0)
    head = os.getpid()
    if os.fork() == 0:
        watch(head)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.execvp(sys.argv[1], sys.argv[1:])
