"""Starts one program and prints what it cost: `user sys wall peak status`, seconds and KiB.

A small process of its own: Linux counts the memory of whoever starts a program as the program's own peak
(getrusage(2), ru_maxrss survives execve), so the measuring process, which is large, cannot start what it measures.
"""

import os
import sys
import time

null = os.open(os.devnull, os.O_RDWR)
files = [(os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
begin = time.perf_counter()
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=files)
_, status, usage = os.wait4(process, 0)
wall = time.perf_counter() - begin
print(usage.ru_utime, usage.ru_stime, wall, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
