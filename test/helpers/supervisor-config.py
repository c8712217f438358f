# Reads supervisord.conf by supervisord's own code; writes what it understood as JSON. An error of supervisord's ends
# it as it would end supervisord: with a message on stderr and exit code 2.
import json
import shlex
import sys

from supervisor.options import ServerOptions

options = ServerOptions()
options.realize(['-c', sys.argv[1]])
json.dump(
    {
        'processes': [
            {
                'group': group.name,
                'name': process.name,
                'listener': hasattr(group, 'pool_events'),
                'words': shlex.split(process.command),
                'environment': dict(process.environment or {}),
            }
            for group in options.process_group_configs
            for process in group.process_configs
        ],
        'servers': [
            {'family': str(config['family']), 'username': config['username'], 'password': config['password']}
            for config in options.server_configs
        ],
    },
    sys.stdout,
)
