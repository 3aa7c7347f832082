package io.chunkserver.transport.client;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.PrepareStream;
import io.chunkserver.core.commit.Vote;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.client.OutgoingChunk.Outcome;
import io.chunkserver.transport.protocol.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** A chunk's bytes on their way to the next member of a chain and, through it, to all after it; and their votes. */
final class RemotePrepareStream implements PrepareStream {

    private final OutgoingChunk chunk;
    private final CompletionStage<List<Vote>> votes;

    /**
     * @param members the next member, then those after it
     */
    RemotePrepareStream(OutgoingChunk chunk, List<Member> members) {
        this.chunk = chunk;
        this.votes = chunk.outcome().thenApply(how -> votes(how, members));
    }

    private static List<Vote> votes(Outcome how, List<Member> members) {
        if (how instanceof Outcome.Answered answered && answered.response() instanceof Response.Votes told) {
            Set<ServerId> known = members.stream().map(Member::id).collect(Collectors.toSet());
            // A vote of a stranger, or two of one server, must not stand for that of a member.
            boolean sound = told.votes().stream().map(Vote::member).distinct().count()
                            == told.votes().size()
                    && told.votes().stream().allMatch(vote -> known.contains(vote.member()));
            if (sound) {
                return told.votes();
            }
        }
        return refused(failure(how, members.get(0)), members);
    }

    private static Failure failure(Outcome how, Member next) {
        if (how instanceof Outcome.Refused refused) {
            return refused.why();
        } else if (how instanceof Outcome.Lost lost) {
            return lost.why();
        }
        return Failure.of(
                ErrorCode.PROTOCOL_ERROR, "server " + next + " answered a prepare without votes of its chain");
    }

    /** The next member is to blame; those after it were only not reached. */
    private static List<Vote> refused(Failure why, List<Member> members) {
        List<Vote> all = new ArrayList<>();
        all.add(Vote.no(members.get(0).id(), why));
        members.stream()
                .skip(1)
                .map(member -> Vote.no(
                        member.id(),
                        Failure.of(ErrorCode.CANCELLED, "was not reached, because " + members.get(0) + " failed")))
                .forEach(all::add);
        return List.copyOf(all);
    }

    @Override
    public CompletionStage<Void> write(CheckedBlock block) {
        return chunk.write(block);
    }

    @Override
    public void finish(long lengthBytes, int crc32c) {
        chunk.finish(lengthBytes, crc32c);
    }

    @Override
    public CompletionStage<List<Vote>> votes() {
        return votes;
    }

    @Override
    public void cancel(Failure why) {
        chunk.cancel(why);
    }
}
