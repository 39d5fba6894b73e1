// What a Relay application asks: relay-compiler reads the documents, run.mjs imports what it makes of them.
import { graphql } from "relay-runtime";

graphql`
  query appOrdersQuery($first: Int!, $after: Cursor) {
    purchaseOrders(first: $first, after: $after, orderBy: [{ field: NUMBER }]) @connection(key: "app_purchaseOrders") {
      edges {
        node {
          number
          supplier {
            ...app_supplier
          }
        }
      }
    }
  }
`;

graphql`
  fragment app_supplier on Party @refetchable(queryName: "appSupplierRefetchQuery") {
    code
    name
  }
`;

graphql`
  mutation appCreateOrderMutation($input: CreatePurchaseOrderInput!, $key: String!) {
    createPurchaseOrder(input: $input, idempotencyKey: $key) {
      replayed
      userErrors {
        code
      }
      purchaseOrder {
        number
      }
    }
  }
`;

graphql`
  query appAlertQuery($id: ID!) {
    node(id: $id) {
      ... on Alert {
        status
      }
    }
  }
`;

graphql`
  mutation appAcknowledgeMutation($input: AcknowledgeAlertInput!) {
    acknowledgeAlert(input: $input) {
      alert {
        status
      }
    }
  }
`;

graphql`
  subscription appAlertsSubscription($after: Cursor) {
    alerts(after: $after) {
      cursor
      alert {
        id
        status
      }
    }
  }
`;
