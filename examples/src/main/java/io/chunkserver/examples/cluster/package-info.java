/** Three servers in this process, replicating over the loopback transport. */
@NullMarked
package io.chunkserver.examples.cluster;

import org.jspecify.annotations.NullMarked;
