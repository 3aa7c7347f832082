/**
 * The command line: one class per verb, and what they share.
 *
 * <p>May import: everything of the runner but {@code Main}, transport's client side and core's values.
 *
 * <p>Flow: {@link io.chunkserver.runner.cli.Program} parses the arguments, runs a verb and turns whatever it throws into an exit
 * code. A verb prints its answer through {@code Console} as text or as one line of JSON. Standard output carries nothing but
 * answers; logs, notes and progress go to standard error.
 */
@NullMarked
package io.chunkserver.runner.cli;

import org.jspecify.annotations.NullMarked;
