// A Python process in which 114 threads wait for a lock that nobody gives back, with 30 descriptors of one file.
export const LOCKED_THREADS = `
import json, sys, threading
lock = threading.Lock()
lock.acquire()
started = threading.Barrier(115)
def work():
    started.wait()
    lock.acquire()
for _ in range(114):
    threading.Thread(target=work, daemon=True).start()
started.wait()
files = [open(sys.executable, 'rb') for _ in range(30)]
print(json.dumps('ready'))
sys.stdin.read()
`
