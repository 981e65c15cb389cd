export function openRequests(): number;
