/** One server in this process, on a directory, without a socket. */
@NullMarked
package io.chunkserver.examples.embedded;

import org.jspecify.annotations.NullMarked;
