package io.chunkserver.core.testkit;

import io.chunkserver.core.commit.TwoPhaseCoordinator;

/**
 * What every {@link TwoPhaseCoordinator} promises. It is run as the first of three members, in virtual time, on a disk that forgets
 * in a crash what was not forced; the two others do as the test says.
 *
 * <p>Extend it and implement {@link #open}. A broken promise is reported with the messages that led to it.
 */
public abstract class TwoPhaseCoordinatorContract extends CoordinatorFixture
        implements CoordinatorDecisionContract,
                CoordinatorCrashContract,
                CoordinatorInquiryContract,
                CoordinatorDeliveryContract,
                CoordinatorRetryContract {}
