package io.chunkserver.core.commit;

import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ServerId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One member's answer to a {@link PrepareRequest}.
 *
 * @param member  who votes, or of whom another member reports that it cannot
 * @param refusal why not; null means yes
 */
public record Vote(ServerId member, @Nullable Failure refusal) {

    public static Vote yes(ServerId member) {
        return new Vote(member, null);
    }

    /** A no; the failure names the member as the culprit unless it names another. */
    public static Vote no(ServerId member, Failure why) {
        return new Vote(member, why.at(member));
    }

    public boolean isYes() {
        return refusal == null;
    }

    public Optional<Failure> why() {
        return Optional.ofNullable(refusal);
    }
}
