/** The runner: reads the configuration, wires core and transport together and runs them as a process. */
@NullMarked
package io.chunkserver.runner;

import org.jspecify.annotations.NullMarked;
