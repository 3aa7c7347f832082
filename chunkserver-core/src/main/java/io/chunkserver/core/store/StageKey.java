package io.chunkserver.core.store;

import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.TransactionId;

/**
 * Names a staged version: one attempt of one transaction.
 *
 * @param transaction the transaction
 * @param attempt     its prepare round
 */
public record StageKey(TransactionId transaction, Attempt attempt) {

    @Override
    public String toString() {
        return transaction + "/" + attempt;
    }
}
