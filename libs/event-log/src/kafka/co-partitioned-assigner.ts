import { AssignerProtocol, type Assignment, type GroupMember, type PartitionAssigner } from 'kafkajs';

const { MemberAssignment, MemberMetadata } = AssignerProtocol;
const VERSION = 0;

/** What one member of the group asked for. */
export interface Subscriber {
  readonly id: string;
  readonly topics: readonly string[];
}

/**
 * Partition i of every topic goes to the same member, so that state kept per key has one owner over all topics.
 * Members that do not (yet) know a topic, as in a rolling deployment, are passed over for it.
 */
export function assignCoPartitioned(
  members: readonly Subscriber[],
  partitions: ReadonlyMap<string, readonly number[]>,
): Map<string, Assignment> {
  const sorted = [...members].sort((a, b) => (a.id < b.id ? -1 : 1));
  const assignment = new Map<string, Assignment>(sorted.map((member) => [member.id, {}]));
  for (const [topic, ids] of [...partitions].sort()) {
    for (const id of ids) {
      const owner = ownerOf(topic, id, sorted);
      const own = owner && assignment.get(owner.id);
      if (own) (own[topic] ??= []).push(id);
    }
  }
  return assignment;
}

function ownerOf(topic: string, partition: number, members: readonly Subscriber[]): Subscriber | undefined {
  for (let step = 0; step < members.length; step++) {
    const candidate = members[(partition + step) % members.length];
    if (candidate?.topics.includes(topic)) return candidate;
  }
  return undefined;
}

export const coPartitionedAssigner: PartitionAssigner = ({ cluster }) => ({
  name: 'PiclyCoPartitioned',
  version: VERSION,
  protocol: ({ topics }) => ({
    name: 'PiclyCoPartitioned',
    metadata: MemberMetadata.encode({ version: VERSION, topics, userData: Buffer.alloc(0) }),
  }),
  assign: async ({ members }) => {
    const subscribers = members.map(toSubscriber);
    const topics = [...new Set(subscribers.flatMap((subscriber) => subscriber.topics))];
    await cluster.addMultipleTargetTopics(topics);
    const partitions = new Map(topics.map((topic) => [topic, partitionsOf(cluster.findTopicPartitionMetadata(topic))]));
    return [...assignCoPartitioned(subscribers, partitions)].map(([memberId, assignment]) => ({
      memberId,
      memberAssignment: MemberAssignment.encode({ version: VERSION, assignment, userData: Buffer.alloc(0) }),
    }));
  },
});

function toSubscriber(member: GroupMember): Subscriber {
  return { id: member.memberId, topics: MemberMetadata.decode(member.memberMetadata)?.topics ?? [] };
}

function partitionsOf(metadata: readonly { partitionId: number }[]): number[] {
  return metadata.map(({ partitionId }) => partitionId).sort((a, b) => a - b);
}
