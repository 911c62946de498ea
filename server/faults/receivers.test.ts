import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { checkDeliveries } from './support/check-deliveries.ts'
import { dataFolder } from './support/data-folder.ts'
import { type DragomanProcess, startDragomanProcess } from './support/dragoman-process.ts'
import { bomb, dripAnswer, dripStatus, flood, hang, reset } from './support/hostile.ts'
import { ownerOf } from './support/owner.ts'
import { settings } from './support/settings.ts'
import { addSide, type Side } from './support/side.ts'
import { until } from './support/until.ts'
import { accept } from './support/webhook.ts'

/** A process that has just started grows by less under any load; one answer of 1 GB, or a bomb unpacked, is more. */
const growthMegabytesMax = 200

/** As many sends at once as three endpoints may hold, so that three that hang could take them all. */
const slots = { DRAGOMAN_DELIVERY_CONCURRENCY: '60', DRAGOMAN_ENDPOINT_CONCURRENCY: '20' }
const hostileLoad = { users: 20, posts: 60, postsPerSession: 3 }
const healthyLoad = { users: 20, posts: settings.isLong ? 20_000 : 400, postsPerSession: 20 }

test('A healthy webhook gets everything, once and in order, beside those that refuse, reset, hang, drip and flood', async (t) => {
  const owner = ownerOf(t)
  const dragoman = await startDragomanProcess(owner, { DRAGOMAN_DATA_DIR: await dataFolder(owner), ...slots })
  const memoryAtStart = dragoman.memory().now
  const add = (name: string, behaviour = accept): Promise<Side> =>
    addSide(owner, dragoman.url, name, behaviour)
  const refusing = await add('refuses')
  await refusing.webhook.down()
  const hanging = [
    await add('hangs', hang),
    await add('hangs too', hang),
    await add('drips its status', dripStatus),
    await add('drips its answer', dripAnswer),
  ]
  const resetting = await add('resets', reset)
  let wholeFloods = 0
  const flooding = [
    await add('answers 1 GB', (response, ...rest) => {
      response.on('finish', () => {
        wholeFloods += 1
      })
      flood(response, ...rest)
    }),
    await add('answers a bomb', bomb),
  ]
  const silent = [refusing, resetting, ...hanging.slice(0, 3)]
  const hostile = [refusing, resetting, ...hanging, ...flooding]

  const hostileTraffics = hostile.map((side) => ({ side, traffic: side.write(hostileLoad) }))
  for (const { webhook, name } of hanging)
    await until(`a send waits for the one that ${name}`, () => webhook.receipts.length > 0)

  const healthy = await add('is healthy')
  const traffic = healthy.write(healthyLoad)
  await until('all is posted', () => traffic.counts.accepted === healthyLoad.posts, {
    standing: () => traffic.counts,
  })
  const account = await checkDeliveries(dragoman.url, healthy.webhook, traffic.sessions)
  assert.equal(account.recorded, healthyLoad.posts)
  assert.equal(account.duplicates.length, 0)
  for (const { webhook, name } of silent)
    assert.equal(webhook.accepted.length, 0, `who ${name} got nothing yet`)
  for (const { webhook, name } of hanging)
    assert.ok(webhook.inFlight() > 0, `sends still wait for the one that ${name}`)

  for (const { side, traffic } of hostileTraffics.filter(({ side }) => flooding.includes(side))) {
    await traffic.stop()
    const { recorded, duplicates } = await checkDeliveries(dragoman.url, side.webhook, traffic.sessions)
    assert.equal(recorded, hostileLoad.posts, `who ${side.name} has said 200 to all`)
    assert.equal(duplicates.length, 0, `who ${side.name} has said 200 once to each`)
  }
  assert.equal(wholeFloods, 0, 'no answer of 1 GB was read to its end')

  for (const { side, traffic } of hostileTraffics) {
    await traffic.stop()
    await mend(side)
    const { recorded } = await checkDeliveries(dragoman.url, side.webhook, traffic.sessions)
    assert.equal(recorded, hostileLoad.posts, `who ${side.name} got all when it mended`)
    assert.deepEqual(traffic.surprises, [])
  }
  checkMemory(t, dragoman, memoryAtStart)
})

/** It cuts all its connections, listens and behaves. */
const mend = async ({ webhook, resume }: Side): Promise<void> => {
  webhook.behave(accept)
  await webhook.down()
  await webhook.up()
  await resume()
}

const checkMemory = (t: TestContext, dragoman: DragomanProcess, atStart: number): void => {
  const { peak } = dragoman.memory()
  t.diagnostic(`seed ${settings.seed}, memory ${atStart} MB at the start, ${peak} MB at its highest`)
  assert.ok(peak - atStart <= growthMegabytesMax, `memory grew from ${atStart} to ${peak} MB`)
}
