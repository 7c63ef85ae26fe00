// Starts the reference servers of the AT Protocol (PLC, PDS, AppView, Ozone) on loopback, with a
// PostgreSQL of their own:
//   node start.mjs HOME FOLDER [--rate-limits]
// HOME is where setup.sh installed the packages, FOLDER an empty folder for all data. Writes
// FOLDER/ready.json when they answer; ends at once on SIGTERM.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import net from 'node:net'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const [home, folder] = process.argv.slice(2, 4).map((one) => path.resolve(one))
const root = process.getuid() === 0
const bin = fs.readdirSync('/usr/lib/postgresql').map(Number).sort((a, b) => b - a)
  .map((version) => `/usr/lib/postgresql/${version}/bin`)[0]
const children = new Set()

// The packages listen on all addresses; nothing of a test may be reached from outside.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (first, ...rest) {
  const options = typeof first === 'object' && first ? first : { port: Number(first ?? 0) }
  return listen.call(this, { ...options, host: '127.0.0.1' }, rest.find((one) => one instanceof Function))
}

const freePort = () => new Promise((found) => {
  const server = net.createServer().listen(0, () => {
    const { port } = server.address()
    server.close(() => found(port))
  })
})

// PostgreSQL refuses to run as root; --pdeathsig ends it with us even if we are killed.
const asPostgres = root ? ['--reuid', 'postgres', '--regid', 'postgres', '--clear-groups'] : []
const run = (command, ...args) => {
  const child = spawn('setpriv', [...asPostgres, '--pdeathsig', 'INT', '--', `${bin}/${command}`, ...args],
    { stdio: ['ignore', 'inherit', 'inherit'], detached: true })
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}
const ended = (child) => child.exitCode ?? child.signalCode ?? new Promise((end) => child.once('exit', end))

async function postgres() {
  const data = path.join(folder, 'pg')
  fs.mkdirSync(data)
  if (root) fs.chownSync(data, ...ownerOfPostgres())
  if (await ended(run('initdb', '-D', data, '-U', 'pg', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '-N')) !== 0) throw new Error('initdb failed')
  const port = String(await freePort())
  // Nothing here outlives the test: no need to wait for the disk.
  const server = run('postgres', '-D', data, '-h', '127.0.0.1', '-p', port, '-k', data, '-c', 'fsync=off',
    '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off', '-c', 'max_connections=200')
  while (await ended(run('pg_isready', '-q', '-h', '127.0.0.1', '-p', port, '-U', 'pg', '-d', 'postgres')) !== 0) {
    if (server.exitCode !== null) throw new Error('postgres ended')
    await new Promise((then) => setTimeout(then, 100))
  }
  return { pid: server.pid, url: `postgresql://pg@127.0.0.1:${port}/postgres` }
}

const ownerOfPostgres = () => fs.readFileSync('/etc/passwd', 'utf8').match(/^postgres:[^:]*:(\d+):(\d+)/m).slice(1).map(Number)

async function stop(code) {
  for (const { pid } of children) for (const signal of ['SIGQUIT', 'SIGCONT']) try { process.kill(pid, signal) } catch {}
  await Promise.race([Promise.all([...children].map(ended)), new Promise((then) => setTimeout(then, 5000))])
  fs.rmSync(folder, { recursive: true, force: true })
  process.exit(code)
}
process.on('SIGTERM', () => stop(0))
process.on('SIGINT', () => stop(0))

try {
  process.env.TMPDIR = folder // the PDS keeps its SQLite files and blobs there
  process.env.LOG_ENABLED ??= 'false'
  process.env.REDIS_HOST ??= 'none' // must be named, is never asked (dev-env 0.6.7)
  const database = await postgres()
  const entry = createRequire(path.join(home, 'package.json')).resolve('@atproto/dev-env')
  const { TestNetwork } = await import(pathToFileURL(entry))
  const network = await TestNetwork.create({
    dbPostgresUrl: database.url,
    dbPostgresSchema: 'local',
    pds: { hostname: 'localhost', enableDidDocWithSession: true, rateLimitsEnabled: process.argv.includes('--rate-limits') },
  })
  await network.processAll()
  const ready = { pds: network.pds.url, appview: network.bsky.url, plc: network.plc.url, admin: network.pds.adminAuth(), postgres: database.pid }
  fs.writeFileSync(path.join(folder, 'ready.part'), JSON.stringify(ready))
  fs.renameSync(path.join(folder, 'ready.part'), path.join(folder, 'ready.json'))
} catch (problem) {
  console.error(problem)
  await stop(1)
}
