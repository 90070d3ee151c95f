import { join } from 'node:path';
import { runnerContract } from '../contract/runner/index.ts';
import { anyPort, startEngine, TestEngine } from '../docker/engine.ts';

/** An engine elsewhere, reached by TCP and TLS; its own default would rotate logs away at 10 KB. */
runnerContract({
  name: 'remote Docker',
  async start() {
    const started = await startEngine('docker-tls', anyPort());
    if ('unavailable' in started) return started;
    const engine = new TestEngine({
      DOCKER_HOST: started.address,
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: join(started.state, 'certs/client'),
    });
    return { ...engine.underTest({ networkMode: 'none' }), stop: () => started.down() };
  },
});
