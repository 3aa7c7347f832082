/**
 * Small programs that show one use of the library each; every package has a test that runs its program. Packages named {@code own...}
 * show how code of one's own is tested with the test kit: their first attempts have a fault that the kit finds.
 */
@NullMarked
package io.chunkserver.examples;

import org.jspecify.annotations.NullMarked;
