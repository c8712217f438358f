"""memmon's agent for Python programs; docs/agent.md has the protocol. Copy this file next to the program, and:

    import memmon_agent
    memmon_agent.start()

Python 3.8 and nothing else. It runs in a daemon thread, keeps no program alive and raises nothing into it. A process that
the program forks registers itself.
"""
import contextlib, gc, hashlib, json, math, os, random, re, select, socket, sys, threading, time, traceback, tracemalloc

LONGEST_LINE, LONGEST_TEXT, MOST_ENTRIES, MOST_FIELDS, MOST_THREADS, MOST_FRAMES = 8 * 1024 * 1024, 200, 50, 20, 100, 8
LIBRARY, PAGE, RUNTIME = os.path.dirname(threading.__file__) + '/', os.sysconf('SC_PAGE_SIZE'), sys.version.split()[0]
_started_in, _conversation, _fields = None, None, {}

def start():
    """Connects to memmon, once a process, unless MEMMON_AGENT=0 says otherwise."""
    global _started_in
    paths = socket_paths(os.environ)
    if paths and _started_in != os.getpid():
        with contextlib.suppress(RuntimeError):  # no thread is left: the program has nothing to do with it
            threading.Thread(target=_keep_connected, args=(paths,), name='memmon', daemon=True).start()
            _started_in = os.getpid()

def set_status(**fields):
    """Numbers and texts of the program's own for `memmon agents`, in place of those before; a function is asked each time."""
    global _fields
    _fields = dict(list(fields.items())[:MOST_FIELDS])

def socket_paths(env):
    state, run, home, url = map(env.get, ('XDG_STATE_HOME', 'XDG_RUNTIME_DIR', 'HOME', 'SUPERVISOR_SERVER_URL'))
    name = '/agent-%s.sock' % hashlib.sha256(os.fsencode(url or '')).hexdigest()[:16]
    folders = ['/run/memmon', run and run + '/memmon', state and state + '/memmon', '/var/lib/memmon',
               home and home + '/.local/state/memmon'] if url else []
    paths = [env['MEMMON_SOCKET']] if env.get('MEMMON_SOCKET') else [one + name for one in folders if one]
    fit = [path for path in paths if path.startswith('/') and len(os.fsencode(path)) < 104]
    return fit if env.get('MEMMON_AGENT') != '0' else []

def _keep_connected(paths):
    global _conversation
    failures = 0
    time.sleep(0.1)  # a child may be about to run another program
    while True:
        for path in paths:
            _conversation = conversation = Conversation()
            with contextlib.suppress(Exception):  # nobody is there, or memmon is gone: that is not the program's affair
                conversation.run(path)
            conversation.close()
            if conversation.is_open:
                break
        failures = 1 if conversation.is_welcome else failures + 1
        time.sleep(min(300 if conversation.is_refused else 30, 0.2 * 2 ** min(failures - 1, 12)) * random.uniform(0.5, 1))

def _after_fork():
    """In the child: the connection and the sample are its parent's."""
    global _conversation
    if _conversation:
        _conversation.close()
        _conversation.is_tracing and tracemalloc.stop()
        _conversation = None
    if _started_in:
        start()

class Conversation:
    is_open = is_welcome = is_refused = is_tracing = False
    connection = proof = running = stop = None
    begun = b''

    def run(self, path):
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.settimeout(10)
        self.connection.connect(path)
        self.is_open, self.incoming, until = True, select.poll(), time.monotonic() + 10
        self.incoming.register(self.connection, select.POLLIN)
        self.send(hello='worker', version=1, pid=os.getpid(), start_ticks=_proc('stat', 19), language='python',
                  runtime=RUNTIME, can=['status', *TASKS])
        while not self.is_refused and (self.is_welcome or time.monotonic() < until):
            self.listen(600 if self.is_welcome else 10)

    def listen(self, seconds):
        """Does what memmon has said, or waits so long for more."""
        if b'\n' in self.begun:
            text, _, self.begun = self.begun.partition(b'\n')
            (self.take if self.is_welcome else self.greet)(json.loads(text))
        elif self.incoming.poll(seconds * 1000):
            piece = self.connection.recv(65536)
            self.begun += piece
            if not piece or len(self.begun) > LONGEST_LINE:
                raise ConnectionError('memmon is gone')

    def greet(self, line):
        self.proof and self.proof.close()
        if re.fullmatch('[0-9a-f]{64}', str(line.get('prove'))):
            self.proof = socket.socket(socket.AF_UNIX)
            self.proof.bind('\0memmon-' + line['prove'])
            self.proof.listen(1)
            self.send(proved=line['prove'])
        self.is_refused, self.is_welcome = 'refused' in line, 'welcome' in line

    def take(self, line):
        request, what = line.get('id'), line.get('do')
        what = 'dump %s' % line.get('what') if what == 'dump' else what
        try:
            if what == 'cancel' and self.running == line.get('of'):
                self.stop, data = 'finish' if line.get('finish') else 'cancel', {}
            elif what == 'status':
                data = _status()
            elif what not in TASKS:
                raise ValueError('this agent cannot do "%s"' % what)
            elif self.running is not None:
                raise ValueError('busy: this process is taking a sample or a dump')
            else:
                self.running, self.stop = request, None
                data = TASKS[what](self, line)
            reply = dict(finished=True, data=data)
        except Exception as error:
            reply = dict(failed=True, error=str(error) or type(error).__name__)
        self.running = None if self.running == request else self.running
        self.send(id=request, **reply)

    def send(self, **line):
        self.connection.sendall(json.dumps(line, ensure_ascii=False).encode(errors='replace') + b'\n')

    def close(self):
        for one in (self.connection, self.proof):
            one and one.close()

def _proc(name, at):
    with open('/proc/self/' + name, encoding='latin-1') as file:
        return int(file.read().rpartition(')')[2].split()[at])  # behind the program's name

def _status():
    plain, up = {}, time.clock_gettime(time.CLOCK_BOOTTIME) - _proc('stat', 19) / os.sysconf('SC_CLK_TCK')
    for name, value in _fields.items():
        with contextlib.suppress(BaseException):  # of the program's own function: the others are shown without it
            value = value() if callable(value) else value
            is_number = type(value) in (int, float) and math.isfinite(value)
            plain[name[:LONGEST_TEXT]] = value if is_number else str(value)[:LONGEST_TEXT]
    return dict(rss_bytes=_proc('statm', 1) * PAGE, uptime_ms=int(up * 1000), fields=plain)

def _threads(_, __):
    names, frames = {thread.ident: thread.name for thread in threading.enumerate()}, list(sys._current_frames().items())
    stacks = [dict(thread_id=ident, name=names.get(ident, ''), stack=[one[:300] for one in traceback.format_stack(frame, 50)])
              for ident, frame in frames[:MOST_THREADS]]
    return dict(thread_count=len(frames), workers=stacks)

def _sample(conversation, line):
    """What is allocated from now on, and still there: at half of the time, and at its end. What leaks grows in both halves."""
    seconds = min(3600, max(1, line.get('duration_ms', 30000) / 1000))
    until, started_at, before = time.monotonic() + seconds, time.gmtime(), _proc('statm', 1)
    conversation.is_tracing = not tracemalloc.is_tracing()
    conversation.is_tracing and tracemalloc.start(MOST_FRAMES)
    try:
        states = []
        for left in (seconds / 2, 0):
            while not conversation.stop and time.monotonic() < until - left:
                left_s = until - time.monotonic()
                conversation.send(id=line['id'], progress=dict(text='sampling', left_ms=int(left_s * 1000)))
                conversation.listen(min(1, seconds / 10))
            if conversation.stop == 'cancel':
                raise InterruptedError('cancelled')
            gc.collect()
            states.append(_blamed(tracemalloc.take_snapshot().statistics('traceback')))
        allocated = tracemalloc.get_traced_memory()
    finally:
        conversation.is_tracing and tracemalloc.stop()
        conversation.is_tracing = False
    lists = {'by_package': _held(states, _package), 'by_file': _held(states, lambda frame: frame.filename),
             'by_location': _held(states, lambda frame: '%s:%d' % (frame.filename, frame.lineno))}
    group, name = map(os.environ.get, ('SUPERVISOR_GROUP_NAME', 'SUPERVISOR_PROCESS_NAME'))
    return dict(lists, version=1, language='python', runtime=RUNTIME, pid=os.getpid(), precise=True, files={}, by_class=None,
                program='%s:%s' % (group, name) if group else None, sampling_interval_bytes=1, total_allocated=allocated[1],
                started_at=time.strftime('%Y-%m-%dT%H:%M:%SZ', started_at), total_retained=allocated[0], strings=None,
                duration_ms=int((time.monotonic() + seconds - until) * 1000), growth=dict(rss=(_proc('statm', 1) - before) * PAGE),
                limits=['total_allocated is the most that was held at a time', 'while it is traced, a program runs slower'])

def _package(frame):
    """(python) is its library, and code without a file, which the library makes."""
    found = re.search(r'(?:site|dist)-packages/([^/]+)', frame.filename)
    return found.group(1) if found else '(python)' if frame.filename.startswith(('<', LIBRARY)) else '(app)'

def _blamed(statistics):
    """By the nearest line that is not Python's own, and without what the agent itself holds."""
    return [(min(one.traceback[::-1], key=lambda frame: _package(frame) == '(python)'), one.size, one.count)
            for one in statistics if all(frame.filename != start.__code__.co_filename for frame in one.traceback)]

def _held(states, key_of):
    sums = {}
    for at, state in enumerate(states):
        for frame, more_bytes, more in state:
            size, count = sums.setdefault(key_of(frame)[-300:], [[0, 0], [0, 0]])
            size[at] += more_bytes
            count[at] += more
    grown = sorted(sums.items(), key=lambda one: (min(one[1][0][0], one[1][0][1] - one[1][0][0]), one[1][0][1]), reverse=True)
    return [dict(data=data, memory=size[1], external=0, count=count[1], survivors=max(0, min(count[0], count[1] - count[0])))
            for data, (size, count) in grown[:MOST_ENTRIES] if size[1]]

TASKS = {'sample': _sample, 'dump threads': _threads}
os.register_at_fork(after_in_child=_after_fork)
