package io.chunkserver.runner.cli;

import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.ServerId;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/** What a store or a delete answers. */
final class ReceiptAnswer {

    private ReceiptAnswer() {}

    /**
     * The answer for people and programs.
     *
     * @param done what was done: stored or deleted
     */
    static Answer of(String done, Receipt receipt) {
        String text = done + " " + receipt.chunk() + " version " + receipt.version() + ", "
                + Quantity.bytes(receipt.lengthBytes())
                + ", CRC-32C " + hexadecimal(receipt.crc32c())
                + "\ntransaction " + receipt.transaction() + ", durability "
                + receipt.durability().word() + ", applied by "
                + receipt.applied().size() + " of " + receipt.members() + ": "
                + receipt.applied().stream().map(ServerId::value).collect(Collectors.joining(", "));
        return new Answer(text, json(receipt));
    }

    static JsonLine json(Receipt receipt) {
        return JsonLine.answer("chunkserver.receipt/1")
                .with("chunk", receipt.chunk())
                .with("version", receipt.version().number())
                .with("lengthBytes", receipt.lengthBytes())
                .with("crc32c", hexadecimal(receipt.crc32c()))
                .with("transaction", receipt.transaction())
                .with("durability", receipt.durability().word())
                .with("members", receipt.members())
                .with("applied", receipt.applied());
    }

    /** Success when every member has applied the change, and the code for "partly" when the others still will. */
    static int exitCode(List<Receipt> receipts) {
        return receipts.stream().allMatch(receipt -> receipt.applied().size() >= receipt.members())
                ? ExitCodes.OK
                : ErrorCode.PARTLY_REPLICATED.exitCode();
    }

    static String hexadecimal(int crc32c) {
        return HexFormat.of().toHexDigits(crc32c);
    }
}
