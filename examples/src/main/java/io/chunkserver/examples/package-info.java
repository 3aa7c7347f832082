/** Small programs that show one use of the library each; every package has a test that runs its program. */
@NullMarked
package io.chunkserver.examples;

import org.jspecify.annotations.NullMarked;
