package io.chunkserver.transport.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.ReadMode;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.transport.ServerAddress;
import java.time.Duration;

/** Requests as JSON objects: {@code op} says which, {@code timeoutMillis} how much time is left, the rest is its fields. */
final class RequestFormat {

    private RequestFormat() {}

    static ObjectNode encode(Request request) {
        ObjectNode json = Json.object();
        if (request instanceof Request.Store store) {
            encodeStore(json, store);
        } else if (request instanceof Request.Delete delete) {
            encodeDelete(json, delete);
        } else if (request instanceof Request.Prepare prepare) {
            encodePrepare(json, prepare.prepare());
        } else if (request instanceof Request.Commit commit) {
            attempt(json.put("op", "commit"), commit.transaction(), commit.attempt(), commit.chunk());
        } else if (request instanceof Request.Abort abort) {
            attempt(json.put("op", "abort"), abort.transaction(), abort.attempt(), abort.chunk());
        } else if (request instanceof Request.Inquire inquire) {
            attempt(json.put("op", "inquire"), inquire.transaction(), inquire.attempt(), inquire.chunk());
            json.put("coordinatorLogId", inquire.coordinatorLogId().toString());
        } else if (request instanceof Request.Holds holds) {
            json.put("op", "holds")
                    .put("chunk", holds.chunk().toString())
                    .put("version", holds.version().number())
                    .put("transaction", holds.transaction().toString());
        } else if (request instanceof Request.Fetch fetch) {
            json.put("op", "fetch")
                    .put("chunk", fetch.chunk().toString())
                    .put("version", fetch.atLeast().number())
                    .put("offset", fetch.offset());
        } else if (request instanceof Request.Read read) {
            encodeRead(json, read);
        } else if (request instanceof Request.Stat stat) {
            json.put("op", "stat").put("chunk", stat.chunk().toString());
        } else if (request instanceof Request.Verify verify) {
            json.put("op", "verify").put("chunk", verify.chunk().toString());
        } else if (request instanceof Request.ScrubStart) {
            json.put("op", "scrub_start");
        } else if (request instanceof Request.ScrubState) {
            json.put("op", "scrub_status");
        } else if (request instanceof Request.ListChunks list) {
            encodeList(json, list);
        } else if (request instanceof Request.Status) {
            json.put("op", "status");
        } else if (request instanceof Request.Drain) {
            json.put("op", "drain");
        } else if (request instanceof Request.Resume) {
            json.put("op", "resume");
        } else if (request instanceof Request.EmptyDirectory empty) {
            json.put("op", "empty_directory")
                    .put("directory", empty.directory().toString())
                    .put("wanted", empty.wanted());
        } else if (request instanceof Request.AddDirectory add) {
            json.put("op", "add_directory").put("path", add.path());
        } else if (request instanceof Request.Transactions) {
            json.put("op", "transactions");
        } else if (request instanceof Request.Transaction transaction) {
            json.put("op", "transaction")
                    .put("transaction", transaction.transaction().toString());
        } else if (request instanceof Request.SettleByHand settle) {
            json.put("op", "settle_by_hand")
                    .put("transaction", settle.transaction().toString())
                    .put("commit", settle.commit());
        } else if (request instanceof MasterRequest master) {
            MasterRequestFormat.encode(json, master);
        } else {
            throw new AssertionError("no form is known for " + request.getClass());
        }
        return json.put("timeoutMillis", millis(request.timeout()));
    }

    static Request decode(FieldReader fields) throws ChunkServerException {
        String op = fields.text("op");
        Duration timeout = Duration.ofMillis(fields.within("timeoutMillis", 1, Request.MAX_TIMEOUT.toMillis()));
        return switch (op) {
            case "store" -> decodeStore(fields, storeTimeout(fields));
            case "delete" -> decodeDelete(fields, storeTimeout(fields));
            case "prepare" -> new Request.Prepare(decodePrepare(fields, timeout));
            case "commit" -> new Request.Commit(transaction(fields), attempt(fields), chunk(fields), timeout);
            case "abort" -> new Request.Abort(transaction(fields), attempt(fields), chunk(fields), timeout);
            case "inquire" ->
                new Request.Inquire(
                        transaction(fields), attempt(fields), chunk(fields), fields.uuid("coordinatorLogId"), timeout);
            case "holds" ->
                new Request.Holds(
                        chunk(fields), new ChunkVersion(fields.number("version")), transaction(fields), timeout);
            case "fetch" ->
                new Request.Fetch(
                        chunk(fields), new ChunkVersion(fields.number("version")), fields.number("offset"), timeout);
            case "read" ->
                new Request.Read(
                        chunk(fields),
                        fields.number("offset"),
                        fields.numberOrNull("length"),
                        decodeReadMode(fields),
                        timeout);
            case "stat" -> new Request.Stat(chunk(fields), timeout);
            case "verify" -> new Request.Verify(chunk(fields), timeout);
            case "scrub_start" -> new Request.ScrubStart(timeout);
            case "scrub_status" -> new Request.ScrubState(timeout);
            case "list" ->
                new Request.ListChunks(
                        fields.text("prefix"),
                        fields.valueOrNull("after", ChunkId::parse),
                        (int) fields.within("limit", 1, Request.ListChunks.MAX_LIMIT),
                        timeout);
            case "status" -> new Request.Status(timeout);
            case "drain" -> new Request.Drain(timeout);
            case "resume" -> new Request.Resume(timeout);
            case "empty_directory" ->
                new Request.EmptyDirectory(fields.uuid("directory"), fields.flag("wanted"), timeout);
            case "add_directory" -> new Request.AddDirectory(fields.text("path"), timeout);
            case "transactions" -> new Request.Transactions(timeout);
            case "settle_by_hand" -> new Request.SettleByHand(transaction(fields), fields.flag("commit"), timeout);
            case "transaction" -> new Request.Transaction(transaction(fields), timeout);
            default ->
                MasterRequestFormat.decode(op, fields, timeout)
                        .orElseThrow(
                                () -> Json.malformed("operation " + Limits.quote(op) + " is not known to this server"));
        };
    }

    private static void encodeStore(ObjectNode json, Request.Store store) {
        json.put("op", "store")
                .put("transaction", store.transaction().toString())
                .put("chunk", store.chunk().toString())
                .put("maxLengthBytes", store.maxLengthBytes());
        ModelJson.versionIfAny(json, "base", store.base());
        ModelJson.attributes(json, store.attributes());
        ModelJson.durabilityIfAny(json, store.durability());
        ModelJson.texts(json.putArray("replicas"), store.replicas());
        if (store.copies() != null) {
            json.put("copies", store.copies());
        }
        encodePlaced(json, store.placed());
        encodePlacementEpoch(json, store.placementEpoch());
    }

    /** Left out where it is not so, as by clients that do not know of it. */
    private static void encodePlaced(ObjectNode json, boolean placed) {
        if (placed) {
            json.put("placed", true);
        }
    }

    private static boolean placed(FieldReader fields) throws ChunkServerException {
        return fields.has("placed") && fields.flag("placed");
    }

    /** Left out where there is none, as by clients that know of none. */
    private static void encodePlacementEpoch(ObjectNode json, long epoch) {
        if (epoch != 0) {
            json.put("placementEpoch", epoch);
        }
    }

    private static long placementEpoch(FieldReader fields) throws ChunkServerException {
        return fields.has("placementEpoch") ? fields.count("placementEpoch") : 0;
    }

    private static Duration storeTimeout(FieldReader fields) throws ChunkServerException {
        return Duration.ofMillis(fields.within("timeoutMillis", 1, StoreRequest.MAX_TIMEOUT.toMillis()));
    }

    private static Request decodeStore(FieldReader fields, Duration timeout) throws ChunkServerException {
        return new Request.Store(
                transaction(fields),
                chunk(fields),
                fields.number("maxLengthBytes"),
                ModelJson.versionIfAny(fields, "base"),
                ModelJson.attributes(fields),
                fields.valueOrNull("durability", Durability::parse),
                fields.values("replicas", ServerAddress::parse),
                fields.has("copies") ? fields.smallCount("copies") : null,
                timeout,
                placed(fields),
                placementEpoch(fields));
    }

    private static void encodeDelete(ObjectNode json, Request.Delete delete) {
        json.put("op", "delete")
                .put("transaction", delete.transaction().toString())
                .put("chunk", delete.chunk().toString());
        ModelJson.versionIfAny(json, "base", delete.base());
        ModelJson.durabilityIfAny(json, delete.durability());
        ModelJson.texts(json.putArray("replicas"), delete.replicas());
        encodePlaced(json, delete.placed());
        encodePlacementEpoch(json, delete.placementEpoch());
    }

    private static Request decodeDelete(FieldReader fields, Duration timeout) throws ChunkServerException {
        return new Request.Delete(
                transaction(fields),
                chunk(fields),
                ModelJson.versionIfAny(fields, "base"),
                fields.valueOrNull("durability", Durability::parse),
                fields.values("replicas", ServerAddress::parse),
                timeout,
                placed(fields),
                placementEpoch(fields));
    }

    private static void encodePrepare(ObjectNode json, PrepareRequest prepare) {
        attempt(json.put("op", "prepare"), prepare.transaction(), prepare.attempt(), prepare.chunk());
        json.put("base", prepare.base().number())
                .put("epoch", prepare.epoch())
                .put("tombstone", prepare.tombstone())
                .put("maxLengthBytes", prepare.maxLengthBytes());
        ModelJson.attributes(json, prepare.attributes());
        ModelJson.durabilityIfAny(json, prepare.durability());
        ModelJson.members(json.putArray("chain"), prepare.chain());
        json.put("coordinatorLogId", prepare.coordinatorLogId().toString());
        encodePlacementEpoch(json, prepare.placementEpoch());
    }

    private static PrepareRequest decodePrepare(FieldReader fields, Duration timeout) throws ChunkServerException {
        return new PrepareRequest(
                transaction(fields),
                attempt(fields),
                chunk(fields),
                new ChunkVersion(fields.number("base")),
                fields.number("epoch"),
                fields.flag("tombstone"),
                fields.number("maxLengthBytes"),
                ModelJson.attributes(fields),
                fields.value("durability", Durability::parse),
                fields.objects("chain", ModelJson::member),
                fields.uuid("coordinatorLogId"),
                timeout,
                placementEpoch(fields));
    }

    private static void encodeRead(ObjectNode json, Request.Read read) {
        json.put("op", "read").put("chunk", read.chunk().toString()).put("offset", read.offset());
        if (read.length() != null) {
            json.put("length", read.length());
        }
        if (read.mode() instanceof ReadMode.AtLeast atLeast) {
            json.put("mode", "at_least").put("version", atLeast.version().number());
        } else {
            json.put("mode", read.mode() instanceof ReadMode.Latest ? "latest" : "committed");
        }
    }

    private static ReadMode decodeReadMode(FieldReader fields) throws ChunkServerException {
        String mode = fields.text("mode");
        return switch (mode) {
            case "committed" -> ReadMode.COMMITTED;
            case "at_least" -> ReadMode.atLeast(new ChunkVersion(fields.number("version")));
            case "latest" -> ReadMode.LATEST;
            default -> throw Json.malformed("read mode " + Limits.quote(mode) + " is not known to this server");
        };
    }

    private static void encodeList(ObjectNode json, Request.ListChunks list) {
        json.put("op", "list").put("prefix", list.prefix()).put("limit", list.limit());
        if (list.after() != null) {
            json.put("after", list.after().toString());
        }
    }

    private static void attempt(ObjectNode json, TransactionId transaction, Attempt attempt, ChunkId chunk) {
        json.put("transaction", transaction.toString())
                .put("attempt", attempt.toString())
                .put("chunk", chunk.toString());
    }

    private static TransactionId transaction(FieldReader fields) throws ChunkServerException {
        return fields.value("transaction", TransactionId::parse);
    }

    private static Attempt attempt(FieldReader fields) throws ChunkServerException {
        return fields.value("attempt", Attempt::parse);
    }

    private static ChunkId chunk(FieldReader fields) throws ChunkServerException {
        return fields.value("chunk", ChunkId::parse);
    }

    private static long millis(Duration timeout) {
        return timeout.compareTo(Request.MAX_TIMEOUT) > 0
                ? Request.MAX_TIMEOUT.toMillis()
                : Math.max(1, timeout.toMillis());
    }
}
