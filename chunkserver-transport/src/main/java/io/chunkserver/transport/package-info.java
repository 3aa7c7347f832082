/** The seam between a chunk server and the network: requests go in, responses come out, any transport will do. */
@NullMarked
package io.chunkserver.transport;

import org.jspecify.annotations.NullMarked;
