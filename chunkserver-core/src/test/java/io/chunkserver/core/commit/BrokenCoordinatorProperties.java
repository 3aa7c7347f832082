package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.testkit.CoordinatorOnDisk;
import io.chunkserver.core.testkit.CoordinatorScript;
import io.chunkserver.core.testkit.CoordinatorScript.Begin;
import io.chunkserver.core.testkit.CoordinatorScript.Behave;
import io.chunkserver.core.testkit.CoordinatorScript.Behaviour;
import io.chunkserver.core.testkit.CoordinatorScript.Finish;
import io.chunkserver.core.testkit.CoordinatorScript.Other;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import net.jqwik.api.Example;

/** That scripts notice a coordinator that is broken. */
class BrokenCoordinatorProperties {

    private static final int SCRIPTS = 300;

    /** To this a property with such a coordinator was shrunk. */
    @Example
    void theShortestScriptNoticesACommitWithoutAVote() {
        CoordinatorScript script = new CoordinatorScript(
                List.of(new Begin(1), new Behave(Other.B, Behaviour.ITS_VOTE_IS_LOST), new Finish(0)));

        assertThatThrownBy(() -> script.run(coordinatorThatCountsAMissingVote()))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("ITS_VOTE_IS_LOST")
                .hasStackTraceContaining("to which all said yes");
    }

    @Example
    void anyFewHundredScriptsNoticeACommitWithoutAVote() {
        assertThat(CoordinatorScript.scripts().sampleStream().limit(SCRIPTS))
                .anyMatch(BrokenCoordinatorProperties::notices);
    }

    private static boolean notices(CoordinatorScript script) {
        try {
            script.run(coordinatorThatCountsAMissingVote());
            return false;
        } catch (AssertionError broken) {
            return true;
        } catch (IOException e) {
            throw new AssertionError("a disk in memory failed", e);
        }
    }

    private static CoordinatorScript.Opening coordinatorThatCountsAMissingVote() {
        return new CoordinatorOnDisk(path -> request -> new SilenceIsYes(path.push(request), request.chain()))::open;
    }

    /** A way to the members on which whoever is not heard of among the votes is taken to have said yes. */
    private record SilenceIsYes(PrepareStream members, List<Member> chain) implements PrepareStream {

        @Override
        public CompletionStage<Void> write(CheckedBlock block) {
            return members.write(block);
        }

        @Override
        public void finish(long lengthBytes, int crc32c) {
            members.finish(lengthBytes, crc32c);
        }

        @Override
        public CompletionStage<List<Vote>> votes() {
            return members.votes().thenApply(votes -> {
                List<Vote> all = new ArrayList<>(votes);
                for (Member member : chain) {
                    if (votes.stream().noneMatch(vote -> vote.member().equals(member.id()))) {
                        all.add(Vote.yes(member.id()));
                    }
                }
                return all;
            });
        }

        @Override
        public void cancel(Failure why) {
            members.cancel(why);
        }
    }
}
