/**
 * What a transport of one's own is tested with: extend {@link io.chunkserver.transport.testkit.TransportContract} and name the
 * transport. Published in the tests artifact.
 */
package io.chunkserver.transport.testkit;
