/**
 * A coordinator of two-phase commit of one's own, in two parts that the test kit looks at in two ways.
 *
 * <p><b>The whole.</b> {@code WitnessCoordinator} implements {@code TwoPhaseCoordinator}: it keeps decisions in a file, and no bytes. It
 * passes the contract of all coordinators ({@code WitnessCoordinatorTest}) and any script that jqwik makes up
 * ({@code WitnessCoordinatorProperties}). {@code ForgetfulWitness} is the first attempt: a start does not look at what all members have
 * confirmed. It passes every test that one thinks of first, since members and clients have heard by then. The property finds that a
 * member which asks after that start is told the opposite, and jqwik shrinks the script that shows it to this:
 *
 * <pre>
 * a promise of the commit protocol is broken, after 11 steps:
 *   1. Begin[chunk=1]
 *   2. Finish[store=0]
 *   3. Pass[time=PT0.001S]
 *   4. Begin[chunk=1]
 *   5. Begin[chunk=1]
 *   6. Begin[chunk=1]
 *   7. Begin[chunk=1]
 *   8. Begin[chunk=1]
 *   9. Finish[store=1]
 *   10. CrashAtNextCommit[member=B]
 *   11. Pass[time=PT0.001S]
 * [an inquiry was answered ABORT attempt 1.1, and somebody was told the opposite before]
 * </pre>
 *
 * <p>Shrinking leaves steps that are not needed; by hand it gets shorter still ({@code ForgetfulWitnessTest}).
 *
 * <p><b>The rules in it.</b> {@code HastyDecisionRules} are the first attempt at {@code DecisionRules}. Their fault shows only when a
 * timeout and a loss of power meet within the few
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
