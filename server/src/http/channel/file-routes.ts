import type { FastifyPluginAsync } from 'fastify'
import type { ChannelDeps } from './channel.ts'

/** Placeholder while the file endpoints are being written. */
export const fileRoutes =
  (_deps: ChannelDeps): FastifyPluginAsync =>
  async () =>
    undefined
