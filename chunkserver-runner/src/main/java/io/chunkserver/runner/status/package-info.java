/**
 * What operators and their tools see of a running server over HTTP: {@link io.chunkserver.runner.status.AdminServer} answers,
 * {@link io.chunkserver.runner.status.Metrics} counts, {@link io.chunkserver.runner.status.StatusPage} is for a browser.
 *
 * <p>May import: {@code config}, core's values, transport. Knows neither the command line nor who wires it.
 */
@NullMarked
package io.chunkserver.runner.status;

import org.jspecify.annotations.NullMarked;
