package io.chunkserver.transport.protocol;

import io.chunkserver.core.commit.CommitReply;
import io.chunkserver.core.commit.InquiryAnswer;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.TransactionSummary;
import io.chunkserver.core.commit.Vote;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.scrub.ScrubStatus;
import java.util.List;

/** What a server answers when all went well; a failure travels as a {@link io.chunkserver.core.error.Failure}. */
public sealed interface Response
        permits Response.Receipt,
                Response.Votes,
                Response.Committed,
                Response.Done,
                Response.Inquiry,
                Response.Held,
                Response.Stat,
                Response.Verified,
                Response.Scrub,
                Response.Content,
                Response.Chunks,
                Response.Status,
                Response.Transactions,
                Response.Transaction,
                MasterResponse {

    /** To {@link Request.Store} and {@link Request.Delete}: committed. */
    record Receipt(io.chunkserver.core.commit.Receipt receipt) implements Response {}

    /** To {@link Request.Prepare}: the votes of the member asked and of all after it in the chain. */
    record Votes(List<Vote> votes) implements Response {

        public Votes {
            if (votes.size() > PrepareRequest.MAX_MEMBERS) {
                throw new IllegalArgumentException(
                        votes.size() + " votes; at most " + PrepareRequest.MAX_MEMBERS + " are possible");
            }
            votes = List.copyOf(votes);
        }
    }

    /** To {@link Request.Commit}. */
    record Committed(CommitReply reply) implements Response {}

    /**
     * To {@link Request.Abort}, {@link MasterRequest.Register} and {@link MasterRequest.Report}: nothing more is to be said.
     */
    record Done() implements Response {}

    /** To {@link Request.Inquire}. */
    record Inquiry(InquiryAnswer answer) implements Response {}

    /** To {@link Request.Holds}. */
    record Held(boolean held) implements Response {}

    /** To {@link Request.Stat}: the committed version, which may be a tombstone. */
    record Stat(ChunkInfo info, Attributes attributes) implements Response {}

    /** To {@link Request.Verify}: the version that was read and is right, which may be a tombstone. */
    record Verified(ChunkInfo info) implements Response {}

    /** To {@link Request.ScrubStart} and {@link Request.ScrubState}. */
    record Scrub(ScrubStatus scrub) implements Response {}

    /**
     * To {@link Request.Read} and {@link Request.Fetch}: the version that is read. DATA frames follow with all blocks that hold a byte of the range, each
     * whole and with its stored checksum, then an {@link End} over all of them.
     *
     * @param firstBlock number of the block in the first DATA frame
     * @param offset     the first byte asked for
     * @param length     how many bytes are given from there on; 0 when no DATA frame follows
     */
    record Content(ChunkInfo info, Attributes attributes, int firstBlock, long offset, long length)
            implements Response {

        public Content {
            if (firstBlock < 0 || offset < 0 || length < 0 || offset > info.lengthBytes() - length) {
                throw new IllegalArgumentException("content of " + length + " bytes at offset " + offset + " in block "
                        + firstBlock + " is not within chunk " + info.id() + " of " + info.lengthBytes() + " bytes");
            }
        }
    }

    /**
     * To {@link Request.ListChunks}: a page. Make it with {@link #fitting}.
     *
     * @param more whether there are further chunks after the last of these
     */
    record Chunks(List<ChunkInfo> chunks, boolean more) implements Response {

        public Chunks {
            chunks = List.copyOf(chunks);
        }

        /** A page of as many of these chunks as fit into a frame. */
        public static Chunks fitting(List<ChunkInfo> found, boolean more) {
            List<ChunkInfo> page = HeaderBudget.fitting(found, ModelJson::chunkInfo);
            return new Chunks(page, more || page.size() < found.size());
        }
    }

    /** To {@link Request.Status}. */
    record Status(ServerStatus status) implements Response {}

    /**
     * To {@link Request.Transactions}. Make it with {@link #fitting}.
     *
     * @param more whether there are others, for which the answer has no room
     */
    record Transactions(List<TransactionSummary> transactions, boolean more) implements Response {

        public Transactions {
            transactions = List.copyOf(transactions);
        }

        /** As many of these transactions as fit into a frame. */
        public static Transactions fitting(List<TransactionSummary> open) {
            List<TransactionSummary> page = HeaderBudget.fitting(open, ModelJson::transactionSummary);
            return new Transactions(page, page.size() < open.size());
        }
    }

    /** To {@link Request.Transaction}. */
    record Transaction(TransactionSummary transaction) implements Response {}
}
