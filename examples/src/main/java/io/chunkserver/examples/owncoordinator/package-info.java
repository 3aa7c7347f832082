/**
 * A coordinator of two-phase commit of one's own, every state of which is looked at with the test kit.
 *
 * <p>{@code HastyDecisionRules} are the first attempt. Their fault shows only when a timeout and a loss of power meet within the few
 * milliseconds in which the decision gets to the disk; no example that one thinks of comes there. A model of what is around the
 * rules, two members, a disk and a network, says what can happen next, and {@code StateExplorer} goes through all of it, the
 * shortest ways first:
 *
 * <pre>
 * b has committed, and a has aborted, after 7 steps:
 *    1. a promises
 *    2. the yes of a arrives
 *    3. b promises
 *    4. the yes of b arrives
 *    5. the coordinator's time runs out
 *    6. a hears that it is to abort
 *    7. the coordinator restarts and finds the record
 * </pre>
 *
 * <p>{@code DecisionRules} leave the record alone once it is on its way. With them nothing is wrong in any of the 92 states that can
 * be reached, and from each of them every member that promised comes to hear what was decided.
 */
@NullMarked
package io.chunkserver.examples.owncoordinator;

import org.jspecify.annotations.NullMarked;
