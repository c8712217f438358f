"""memmon's agent for Python programs; docs/agent.md has the protocol. Copy this file next to the program, and:

    import memmon_agent
    memmon_agent.start()

Python 3.8 and nothing else. It runs in a daemon thread, keeps no program alive and raises nothing into it. A program that
forks its workers calls start() in each of them.
"""
import gc, hashlib, json, os, random, re, socket, sys, threading, time, traceback, tracemalloc

LONGEST_LINE, MOST_ENTRIES, MOST_FIELDS = 8 * 1024 * 1024, 50, 20
OWN_FILES = (__file__, threading.__file__, tracemalloc.__file__, json.__file__)
BEGAN = time.time()
_started_in, _fields = None, {}


def start():
    """Connects to memmon, once a process, unless MEMMON_AGENT=0 says otherwise."""
    global _started_in
    paths = socket_paths(os.environ)
    if paths and _started_in != os.getpid():
        _started_in = os.getpid()
        threading.Thread(target=_keep_connected, args=(paths,), name='memmon', daemon=True).start()


def set_status(**fields):
    """Numbers and texts of the program's own for `memmon agents`, in place of those set before."""
    global _fields
    _fields = dict(list(fields.items())[:MOST_FIELDS])


def socket_paths(env):
    state, run, home, url = map(env.get, ('XDG_STATE_HOME', 'XDG_RUNTIME_DIR', 'HOME', 'SUPERVISOR_SERVER_URL'))
    name = '/agent-%s.sock' % hashlib.sha256((url or '').encode()).hexdigest()[:16]
    folders = ['/run/memmon', run and run + '/memmon', state and state + '/memmon', '/var/lib/memmon',
               home and home + '/.local/state/memmon'] if url else []
    paths = [env['MEMMON_SOCKET']] if env.get('MEMMON_SOCKET') else [one + name for one in folders if one]
    short = [path for path in paths if path.startswith('/') and len(os.fsencode(path)) < 104]
    return [] if env.get('MEMMON_AGENT') == '0' else short


def _keep_connected(paths):
    failures = 0
    while True:
        conversation = None
        for path in paths:
            try:
                with socket.socket(socket.AF_UNIX) as connection:
                    connection.settimeout(10)  # until the welcome
                    connection.connect(path)
                    conversation = Conversation(connection)
                    conversation.run()
            except Exception:  # nobody is there, or memmon is gone: the program has nothing to do with it
                if conversation is None:
                    continue
            conversation.end()
            break
        failures = 1 if conversation and conversation.is_welcome else failures + 1
        longest = 300 if conversation and conversation.is_refused else 30
        time.sleep(min(longest, 0.2 * 2 ** min(failures - 1, 12)) * random.uniform(0.5, 1))


class Conversation:
    def __init__(self, connection):
        self.connection, self.writing, self.proof = connection, threading.Lock(), None
        self.is_welcome = self.is_refused = False
        self.running, self.stop, self.how = None, threading.Event(), None

    def run(self):
        self.send(hello='worker', version=1, pid=os.getpid(), start_ticks=_start_ticks(), language='python',
                  runtime=sys.version.split()[0], can=['status', *TASKS])
        begun = b''
        while not self.is_refused and len(begun) <= LONGEST_LINE:
            piece = self.connection.recv(65536)
            if not piece:
                return
            *whole, begun = (begun + piece).split(b'\n')
            for text in whole:
                (self.take if self.is_welcome else self.greet)(json.loads(text))

    def greet(self, line):
        if re.fullmatch('[0-9a-f]{32}', str(line.get('prove'))):
            self.proof = socket.socket(socket.AF_UNIX)
            self.proof.bind('\0memmon-' + line['prove'])
            self.proof.listen(1)
            self.send(proved=line['prove'])
        self.is_refused, self.is_welcome = 'refused' in line, 'welcome' in line
        if self.is_welcome:
            self.connection.settimeout(None)

    def take(self, line):
        request, what = line.get('id'), line.get('do')
        what = 'dump %s' % line.get('what') if what == 'dump' else what
        if what == 'cancel' and self.running == line.get('of'):
            self.how = 'finish' if line.get('finish') else 'cancel'
            self.stop.set()
            self.send(id=request, finished=True, data={})
        elif what != 'status' and what not in TASKS:
            self.send(id=request, failed=True, error='this agent cannot do "%s"' % what)
        elif what == 'status':
            self.send(id=request, finished=True, data=_status())
        elif self.running is not None:
            self.send(id=request, failed=True, error='busy: this process is taking a sample or a dump')
        else:
            self.running, self.how = request, None
            self.stop.clear()
            threading.Thread(target=self.answer, args=(request, what, line), daemon=True).start()

    def answer(self, request, what, line):
        try:
            data = TASKS[what](self, line)
            reply = dict(finished=True, data=data) if self.how != 'cancel' else dict(failed=True, error='cancelled')
        except Exception as error:
            reply = dict(failed=True, error=str(error) or type(error).__name__)
        self.running = None
        self.send(id=request, **reply)

    def send(self, **line):
        try:
            with self.writing:
                self.connection.sendall(json.dumps(line).encode() + b'\n')
        except OSError:  # memmon is gone, as run() sees, too
            self.end()

    def end(self):
        self.how = 'cancel'
        self.stop.set()
        self.proof and self.proof.close()


def _start_ticks():
    with open('/proc/self/stat', encoding='latin-1') as stat:
        return int(stat.read().rpartition(')')[2].split()[19])


def _rss():
    with open('/proc/self/statm') as statm:
        return int(statm.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')


def _status():
    return dict(rss_bytes=_rss(), uptime_ms=int((time.time() - BEGAN) * 1000), fields=_fields, gc_counts=gc.get_count())


def _threads(_, __):
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    stacks = [dict(thread_id=ident, name=names.get(ident, ''), stack=traceback.format_stack(frame)[-50:])
              for ident, frame in sys._current_frames().items()]
    return dict(thread_count=len(stacks), workers=stacks)


def _sample(conversation, line):
    """What is allocated from now on, and still there: at half of the time, and at its end. What leaks grows in both halves."""
    seconds = min(3600, max(1, line.get('duration_ms', 30000) / 1000))
    began, started_at = time.monotonic(), time.time()
    was_tracing, before = tracemalloc.is_tracing(), _rss()
    was_tracing or tracemalloc.start()
    try:
        states = []
        for part in (0.5, 1):
            while not conversation.stop.is_set() and time.monotonic() - began < seconds * part:
                left_ms = int((seconds - (time.monotonic() - began)) * 1000)
                conversation.send(id=line['id'], progress=dict(text='sampling', left_ms=left_ms))
                conversation.stop.wait(min(1, seconds / 10))
            gc.collect()
            states.append(tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(False, one) for one in OWN_FILES]))
        allocated = tracemalloc.get_traced_memory()
    finally:
        was_tracing or tracemalloc.stop()
    lists = {'by_package': _held(states, _package), 'by_file': _held(states, lambda frame: frame.filename),
             'by_location': _held(states, lambda frame: '%s:%d' % (frame.filename, frame.lineno))}
    group, name = map(os.environ.get, ('SUPERVISOR_GROUP_NAME', 'SUPERVISOR_PROCESS_NAME'))
    return dict(lists, version=1, language='python', runtime=sys.version.split()[0], pid=os.getpid(), precise=True,
                program='%s:%s' % (group, name) if group else None, sampling_interval_bytes=1, strings=None, by_class=None,
                started_at=time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(started_at)), files={},
                duration_ms=int((time.monotonic() - began) * 1000), total_allocated=allocated[1],
                total_retained=allocated[0], growth=dict(rss=_rss() - before),
                limits=['total_allocated is the most that was held at a time', 'while it is traced, a program runs slower'])


def _package(frame):
    found = re.search(r'(?:site|dist)-packages/([^/]+)', frame.filename)
    return found.group(1) if found else '(python)' if '/lib/python' in frame.filename else '(app)'


def _held(states, key_of):
    sums = {}
    for at, state in enumerate(states):
        for trace in state.traces:
            size, count = sums.setdefault(key_of(trace.traceback[-1])[-300:], [[0, 0], [0, 0]])
            size[at] += trace.size
            count[at] += 1
    grown = sorted(sums.items(), key=lambda one: (min(one[1][0][0], one[1][0][1] - one[1][0][0]), one[1][0][1]), reverse=True)
    return [dict(data=data, memory=size[1], external=0, count=count[1], survivors=max(0, min(count[0], count[1] - count[0])))
            for data, (size, count) in grown[:MOST_ENTRIES] if size[1]]


TASKS = {'sample': _sample, 'dump threads': _threads}
