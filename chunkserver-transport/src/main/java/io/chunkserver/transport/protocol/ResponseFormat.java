package io.chunkserver.transport.protocol;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chunkserver.core.commit.CommitReply;
import io.chunkserver.core.commit.InquiryAnswer;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.membership.MasterConnection;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.ServerAddress;
import java.time.Duration;
import java.util.List;

/** Responses as JSON objects: {@code kind} says which, the rest is its fields. */
final class ResponseFormat {

    private ResponseFormat() {}

    static ObjectNode encode(Response response) {
        ObjectNode json = Json.object();
        if (response instanceof Response.Receipt receipt) {
            json.put("kind", "receipt").set("receipt", ModelJson.receipt(receipt.receipt()));
        } else if (response instanceof Response.Votes votes) {
            var array = json.put("kind", "votes").putArray("votes");
            votes.votes().forEach(vote -> array.add(ModelJson.vote(vote)));
        } else if (response instanceof Response.Committed committed) {
            json.put("kind", "committed").put("reply", FieldReader.word(committed.reply()));
        } else if (response instanceof Response.Done) {
            json.put("kind", "done");
        } else if (response instanceof Response.Inquiry inquiry) {
            json.put("kind", "inquiry").put("answer", FieldReader.word(inquiry.answer()));
        } else if (response instanceof Response.Held held) {
            json.put("kind", "held").put("held", held.held());
        } else if (response instanceof Response.Stat stat) {
            json.put("kind", "stat").set("info", ModelJson.chunkInfo(stat.info()));
            ModelJson.attributes(json, stat.attributes());
        } else if (response instanceof Response.Verified verified) {
            json.put("kind", "verified").set("info", ModelJson.chunkInfo(verified.info()));
        } else if (response instanceof Response.Scrub scrub) {
            json.put("kind", "scrub").set("scrub", ScrubJson.encode(scrub.scrub()));
        } else if (response instanceof Response.Content content) {
            encodeContent(json, content);
        } else if (response instanceof Response.Chunks chunks) {
            var array = json.put("kind", "chunks").putArray("chunks");
            chunks.chunks().forEach(info -> array.add(ModelJson.chunkInfo(info)));
            json.put("more", chunks.more());
        } else if (response instanceof Response.Status status) {
            json.put("kind", "status").set("status", encodeStatus(status.status()));
        } else if (response instanceof Response.Transactions transactions) {
            var array = json.put("kind", "transactions").putArray("transactions");
            transactions.transactions().forEach(summary -> array.add(ModelJson.transactionSummary(summary)));
            json.put("more", transactions.more());
        } else if (response instanceof Response.Transaction transaction) {
            json.put("kind", "transaction").set("transaction", ModelJson.transactionSummary(transaction.transaction()));
        } else if (response instanceof MasterResponse master) {
            MasterResponseFormat.encode(json, master);
        } else {
            throw new AssertionError("no form is known for " + response.getClass());
        }
        return json;
    }

    static Response decode(FieldReader fields) throws ChunkServerException {
        String kind = fields.text("kind");
        return switch (kind) {
            case "receipt" -> new Response.Receipt(ModelJson.receipt(fields.object("receipt")));
            case "votes" -> new Response.Votes(fields.objects("votes", ModelJson::vote));
            case "committed" -> new Response.Committed(fields.word("reply", CommitReply.class));
            case "done" -> new Response.Done();
            case "inquiry" -> new Response.Inquiry(fields.word("answer", InquiryAnswer.class));
            case "held" -> new Response.Held(fields.flag("held"));
            case "stat" -> new Response.Stat(ModelJson.chunkInfo(fields.object("info")), ModelJson.attributes(fields));
            case "verified" -> new Response.Verified(ModelJson.chunkInfo(fields.object("info")));
            case "scrub" -> new Response.Scrub(ScrubJson.decode(fields.object("scrub")));
            case "content" -> decodeContent(fields);
            case "chunks" -> new Response.Chunks(fields.objects("chunks", ModelJson::chunkInfo), fields.flag("more"));
            case "status" -> new Response.Status(decodeStatus(fields.object("status")));
            case "transactions" ->
                new Response.Transactions(
                        fields.objects("transactions", ModelJson::transactionSummary), fields.flag("more"));
            case "transaction" -> new Response.Transaction(ModelJson.transactionSummary(fields.object("transaction")));
            default ->
                MasterResponseFormat.decode(kind, fields)
                        .orElseThrow(() ->
                                Json.malformed("response of the kind " + Limits.quote(kind) + " is not known here"));
        };
    }

    private static void encodeContent(ObjectNode json, Response.Content content) {
        json.put("kind", "content").set("info", ModelJson.chunkInfo(content.info()));
        ModelJson.attributes(json, content.attributes());
        json.put("firstBlock", content.firstBlock())
                .put("offset", content.offset())
                .put("length", content.length());
    }

    private static Response decodeContent(FieldReader fields) throws ChunkServerException {
        return new Response.Content(
                ModelJson.chunkInfo(fields.object("info")),
                ModelJson.attributes(fields),
                fields.smallCount("firstBlock"),
                fields.number("offset"),
                fields.number("length"));
    }

    private static ObjectNode encodeStatus(ServerStatus status) {
        ObjectNode json = Json.object()
                .put("serverId", status.serverId().value())
                .put("uuid", status.uuid().toString())
                .put("address", status.address().toString());
        ModelJson.location(json, status.location());
        json.put("state", status.state())
                .put("reason", Limits.cut(status.reason()))
                .put("version", status.version())
                .put("chunks", status.chunks())
                .put("tombstones", status.tombstones());
        space(json, status.space())
                .put("openTransactions", status.openTransactions())
                .put("inDoubt", status.inDoubt())
                .put("uptimeMillis", status.uptime().toMillis())
                .put("chunkSizeLimitBytes", status.chunkSizeLimitBytes())
                .put("durability", status.durability().word());
        ModelJson.texts(json.putArray("lastChain"), status.lastChain());
        ArrayNode masters = json.putArray("masters");
        status.masters()
                .forEach(master -> masters.addObject()
                        .put("address", master.address())
                        .put("registered", master.registered())
                        .put("reason", master.reason()));
        json.put("takenOut", status.takenOut()).put("lostChunks", status.lostChunks());
        json.set("scrub", ScrubJson.encode(status.scrub()));
        if (!status.directories().isEmpty()) {
            ArrayNode directories = json.putArray("directories");
            status.directories()
                    .forEach(directory -> space(
                            directories
                                    .addObject()
                                    .put("uuid", directory.uuid().toString())
                                    .put("path", Limits.cut(directory.path()))
                                    .put("state", directory.state())
                                    .put("reason", Limits.cut(directory.reason()))
                                    .put("chunks", directory.chunks())
                                    .put("tombstones", directory.tombstones())
                                    .put("pending", directory.pending())
                                    .put("slow", directory.slow()),
                            directory.space()));
        }
        return json;
    }

    private static ObjectNode space(ObjectNode json, ServerStatus.Space space) {
        return json.put("limitBytes", space.limitBytes())
                .put("usedBytes", space.usedBytes())
                .put("reservedBytes", space.reservedBytes())
                .put("freeBytes", space.freeBytes())
                .put("availableBytes", space.availableBytes())
                .put("spaceLevel", space.level())
                .put("spaceDriftBytes", space.driftBytes());
    }

    private static ServerStatus.Space space(FieldReader fields) throws ChunkServerException {
        return new ServerStatus.Space(
                fields.number("limitBytes"),
                fields.number("usedBytes"),
                fields.number("reservedBytes"),
                fields.number("freeBytes"),
                fields.number("availableBytes"),
                fields.text("spaceLevel"),
                fields.number("spaceDriftBytes"));
    }

    private static ServerStatus decodeStatus(FieldReader fields) throws ChunkServerException {
        return new ServerStatus(
                fields.value("serverId", ServerId::new),
                fields.uuid("uuid"),
                fields.value("address", ServerAddress::parse),
                ModelJson.location(fields),
                fields.text("state"),
                fields.text("reason"),
                fields.text("version"),
                fields.count("chunks"),
                fields.count("tombstones"),
                space(fields),
                fields.count("openTransactions"),
                fields.count("inDoubt"),
                Duration.ofMillis(fields.count("uptimeMillis")),
                fields.count("chunkSizeLimitBytes"),
                fields.value("durability", Durability::parse),
                fields.values("lastChain", ServerId::new),
                fields.objects(
                        "masters",
                        master -> new MasterConnection(
                                master.text("address"), master.flag("registered"), master.text("reason"))),
                fields.count("takenOut"),
                fields.count("lostChunks"),
                ScrubJson.decode(fields.object("scrub")),
                fields.has("directories")
                        ? fields.objects(
                                "directories",
                                directory -> new ServerStatus.Directory(
                                        directory.uuid("uuid"),
                                        directory.text("path"),
                                        directory.text("state"),
                                        directory.text("reason"),
                                        directory.count("chunks"),
                                        directory.count("tombstones"),
                                        directory.count("pending"),
                                        directory.has("slow") && directory.flag("slow"),
                                        space(directory)))
                        : List.of());
    }
}
