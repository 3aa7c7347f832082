package io.chunkserver.core.commit;

import io.chunkserver.core.commit.CoordinatorState.Phase;
import org.jspecify.annotations.Nullable;

/**
 * What a server tells a participant that is in doubt about an attempt. Pure: no I/O, no threads, no clock.
 *
 * <p>"Never heard of it" means aborted (presumed abort) only out of the log that would hold the decision. A server whose log
 * is another one, because it was wiped or because it is not the coordinator at all, says that it does not know.
 */
final class InquiryRule {

    private InquiryRule() {}

    /**
     * @param open      how far the attempt is at this coordinator, null when it is not open here
     * @param committed this very attempt is remembered here as committed
     * @param logged    the decision would be in this server's log
     */
    static InquiryAnswer answer(@Nullable Phase open, boolean committed, boolean logged) {
        if (open != null) {
            return switch (open) {
                case PREPARING, FORCING_DECISION, UNDECIDED -> InquiryAnswer.PENDING;
                case DELIVERING, ENDED -> InquiryAnswer.COMMIT;
                case ABORTED -> InquiryAnswer.ABORT;
            };
        }
        if (committed) {
            return InquiryAnswer.COMMIT;
        }
        return logged ? InquiryAnswer.ABORT : InquiryAnswer.DONT_KNOW;
    }
}
